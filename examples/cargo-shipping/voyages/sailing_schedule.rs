use std::collections::BTreeMap;

use aether::prelude::*;

use super::{Movement, VoyageEvent, VoyageNumber};
use crate::cargo_shipping::{BookingClerk, Port, VoyagePlanner};

/// Which ships sail, from port to port.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(VoyagePlanner, BookingClerk))]
pub struct SailingSchedule {
    /// Each voyage.
    pub voyages: BTreeMap<VoyageNumber, Vec<Movement>>,
}

/// Which voyages call at a port?
#[derive(Query, Debug, Clone, PartialEq, Eq)]
pub struct ShipsTo {
    /// Which port.
    pub port: Port,
}

#[handlers]
impl SailingSchedule {
    /// In the order of their numbers.
    #[answer(by(BookingClerk))]
    pub fn ships_to(&self, query: ShipsTo) -> Vec<VoyageNumber> {
        let calls = |movements: &[Movement]| movements.iter().any(|to| to.to == query.port);
        let voyages = self
            .voyages
            .iter()
            .filter(|(_, movements)| calls(movements));
        voyages.map(|(voyage, _)| voyage.clone()).collect()
    }

    #[apply]
    fn voyage(&mut self, event: VoyageEvent) {
        match event {
            VoyageEvent::Scheduled { voyage, movements }
            | VoyageEvent::Rescheduled { voyage, movements } => {
                self.voyages.insert(voyage, movements);
            }
            VoyageEvent::Cancelled { voyage } => {
                self.voyages.remove(&voyage);
            }
        }
    }
}

use std::collections::BTreeMap;

use aether::prelude::*;

use super::{CargoCleared, CargoDetained, CargoForfeited};
use crate::cargo_shipping::{CustomsBroker, booking::TrackingId};

/// Which cargo customs hold back, and what they want to see.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(CustomsBroker))]
pub struct DetainedCargo {
    /// What is wanted, by the cargo.
    pub wanted: BTreeMap<TrackingId, String>,
}

#[handlers]
impl DetainedCargo {
    #[apply]
    fn detained(&mut self, event: CargoDetained) {
        self.wanted.insert(event.cargo, event.wanted);
    }

    #[apply]
    fn cleared(&mut self, event: &CargoCleared) {
        self.wanted.remove(&event.cargo);
    }

    #[apply]
    fn forfeited(&mut self, event: &CargoForfeited) {
        self.wanted.remove(&event.cargo);
    }
}

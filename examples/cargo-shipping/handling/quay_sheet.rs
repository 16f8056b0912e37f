use std::collections::BTreeMap;

use aether::prelude::*;

use super::{
    CargoClaimed, CargoLoaded, CargoReceived, CargoReleased, CargoUnloaded, HandlingFileOpened,
};
use crate::cargo_shipping::{Port, Stevedore, booking::TrackingId};

/// Which cargo is expected, and which lies on the quay.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(Stevedore))]
pub struct QuaySheet {
    /// All cargo that a stevedore has to do with.
    pub cargo: BTreeMap<TrackingId, OnQuay>,
}

/// What a stevedore has to know of cargo.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OnQuay {
    /// Where it lies, if it does.
    pub port: Option<Port>,
    /// Whether it may leave the port.
    pub released: bool,
}

impl QuaySheet {
    fn lies(&mut self, cargo: &TrackingId, port: Option<&Port>) {
        if let Some(on_quay) = self.cargo.get_mut(cargo) {
            on_quay.port = port.cloned();
        }
    }
}

#[handlers]
impl QuaySheet {
    #[apply]
    fn expected(&mut self, event: HandlingFileOpened) {
        self.cargo.entry(event.cargo).or_default();
    }

    #[apply]
    fn received(&mut self, event: &CargoReceived) {
        self.lies(&event.cargo, Some(&event.port));
    }

    #[apply]
    fn loaded(&mut self, event: &CargoLoaded) {
        self.lies(&event.cargo, None);
    }

    #[apply]
    fn unloaded(&mut self, event: &CargoUnloaded) {
        self.lies(&event.cargo, Some(&event.port));
    }

    #[apply]
    fn released(&mut self, event: &CargoReleased) {
        if let Some(on_quay) = self.cargo.get_mut(&event.cargo) {
            on_quay.released = true;
        }
    }

    #[apply]
    fn claimed(&mut self, event: &CargoClaimed) {
        self.cargo.remove(&event.cargo);
    }
}

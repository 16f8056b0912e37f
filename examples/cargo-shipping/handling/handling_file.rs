//! The file of what was done to cargo.

use std::convert::Infallible;

use aether::prelude::*;

use super::QuaySheet;
use crate::cargo_shipping::{Port, Stevedore, booking::TrackingId, voyages::VoyageNumber};

// ------------------------------------------------------------------------------------- commands

/// Expect cargo.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpenHandlingFile {
    /// Which cargo.
    #[command(id)]
    pub cargo: TrackingId,
}

/// Take cargo in from its shipper.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiveCargo {
    /// Which cargo.
    #[command(id)]
    pub cargo: TrackingId,
    /// In which port.
    pub port: Port,
}

/// Put cargo on a ship.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LoadCargo {
    /// Which cargo.
    #[command(id)]
    pub cargo: TrackingId,
    /// In which port.
    pub port: Port,
    /// On which voyage.
    pub voyage: VoyageNumber,
}

/// Take cargo from a ship.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnloadCargo {
    /// Which cargo.
    #[command(id)]
    pub cargo: TrackingId,
    /// In which port.
    pub port: Port,
    /// From which voyage.
    pub voyage: VoyageNumber,
}

/// Let cargo go: nothing is in its way any more.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReleaseCargo {
    /// Which cargo.
    #[command(id)]
    pub cargo: TrackingId,
}

/// Hand cargo over to whom it is for.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimCargo {
    /// Which cargo.
    #[command(id)]
    pub cargo: TrackingId,
}

// --------------------------------------------------------------------------------------- events

/// The ports know that cargo will come.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(private)]
pub struct HandlingFileOpened {
    /// Which cargo.
    pub cargo: TrackingId,
}

/// Cargo was taken in.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(public)]
pub struct CargoReceived {
    /// Which cargo.
    pub cargo: TrackingId,
    /// In which port.
    pub port: Port,
}

/// Cargo is on a ship.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(public)]
pub struct CargoLoaded {
    /// Which cargo.
    pub cargo: TrackingId,
    /// In which port it was loaded.
    pub port: Port,
    /// On which voyage it is.
    pub voyage: VoyageNumber,
}

/// Cargo is on the quay.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(public)]
pub struct CargoUnloaded {
    /// Which cargo.
    pub cargo: TrackingId,
    /// In which port.
    pub port: Port,
    /// From which voyage.
    pub voyage: VoyageNumber,
}

/// Cargo may leave the port.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CargoReleased {
    /// Which cargo.
    pub cargo: TrackingId,
}

/// Cargo is with whom it was for.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(public)]
pub struct CargoClaimed {
    /// Which cargo.
    pub cargo: TrackingId,
}

/// Something was done to cargo: in the first years, one event for whatever it was.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(public, retired)]
pub struct CargoHandled {
    /// Which cargo.
    pub cargo: TrackingId,
    /// In which port.
    pub port: Port,
    /// What, in the words of whoever did it.
    pub activity: String,
}

/// Why something cannot be done to cargo.
#[derive(Rejection, Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandlingRefusal {
    /// Nobody expects it.
    #[error("nobody expects this cargo: there is no file for it")]
    NotExpected,
    /// It was taken in before.
    #[error("the cargo was taken in before")]
    ReceivedBefore,
    /// It is somewhere else.
    #[error("the cargo is {place}, and not {wanted}")]
    Elsewhere {
        /// Where it is.
        place: Place,
        /// Where it should be for this.
        wanted: Place,
    },
    /// It may not leave the port.
    #[error("the cargo is not released: customs have not cleared it")]
    NotReleased,
    /// It is on its way.
    #[error("the cargo is not in a port")]
    NotInPort,
    /// It is gone.
    #[error("the cargo was claimed before")]
    ClaimedBefore,
}

// -------------------------------------------------------------------------------------- the file

/// What was done to cargo, port by port.
///
/// Invariant: cargo is loaded where it lies, and unloaded from the ship that it is on.
///
/// Invariant: nobody claims cargo that is not released.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(
    HandlingFileOpened,
    CargoReceived,
    CargoLoaded,
    CargoUnloaded,
    CargoReleased,
    CargoClaimed,
    CargoHandled
))]
pub struct HandlingFile {
    open: bool,
    place: Place,
    released: bool,
}

/// Where cargo is, as far as handling goes.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// With whoever sends it.
    #[default]
    WithShipper,
    /// On the quay of a port.
    InPort(Port),
    /// On a ship.
    Aboard(VoyageNumber),
    /// With whom it was for.
    Claimed,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::WithShipper => f.write_str("with its shipper"),
            Self::InPort(port) => write!(f, "in {port}"),
            Self::Aboard(voyage) => write!(f, "aboard voyage {voyage}"),
            Self::Claimed => f.write_str("claimed"),
        }
    }
}

impl HandlingFile {
    /// Where the cargo is.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    fn is(&self, wanted: Place) -> Result<(), HandlingRefusal> {
        if !self.open {
            return Err(HandlingRefusal::NotExpected);
        }
        let place = self.place.clone();
        if place == wanted {
            Ok(())
        } else {
            Err(HandlingRefusal::Elsewhere { place, wanted })
        }
    }
}

#[handlers]
impl HandlingFile {
    /// One file, whatever way the cargo takes in the end.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn open(
        &self,
        command: OpenHandlingFile,
    ) -> Result<Option<HandlingFileOpened>, Infallible> {
        let cargo = command.cargo;
        Ok((!self.open).then_some(HandlingFileOpened { cargo }))
    }

    /// In any port: where it should be is for others to say.
    ///
    /// # Errors
    /// If nobody expects it, or it was taken in before.
    #[handle(by(Stevedore), informed_by(QuaySheet))]
    pub fn receive(&self, command: ReceiveCargo) -> Result<CargoReceived, HandlingRefusal> {
        let ReceiveCargo { cargo, port } = command;
        match self.is(Place::WithShipper) {
            Ok(()) => Ok(CargoReceived { cargo, port }),
            Err(HandlingRefusal::Elsewhere { .. }) => Err(HandlingRefusal::ReceivedBefore),
            Err(refusal) => Err(refusal),
        }
    }

    /// # Errors
    /// If it is not in this port.
    #[handle(by(Stevedore), informed_by(QuaySheet))]
    pub fn load(&self, command: LoadCargo) -> Result<CargoLoaded, HandlingRefusal> {
        let LoadCargo {
            cargo,
            port,
            voyage,
        } = command;
        self.is(Place::InPort(port.clone()))?;
        Ok(CargoLoaded {
            cargo,
            port,
            voyage,
        })
    }

    /// # Errors
    /// If it is not on this voyage.
    #[handle(by(Stevedore), informed_by(QuaySheet))]
    pub fn unload(&self, command: UnloadCargo) -> Result<CargoUnloaded, HandlingRefusal> {
        let UnloadCargo {
            cargo,
            port,
            voyage,
        } = command;
        self.is(Place::Aboard(voyage.clone()))?;
        Ok(CargoUnloaded {
            cargo,
            port,
            voyage,
        })
    }

    /// # Errors
    /// Never.
    #[handle]
    pub fn release(&self, command: ReleaseCargo) -> Result<Option<CargoReleased>, Infallible> {
        let cargo = command.cargo;
        Ok((!self.released).then_some(CargoReleased { cargo }))
    }

    /// # Errors
    /// If it is not released, or gone already.
    #[handle(by(Stevedore), informed_by(QuaySheet))]
    pub fn claim(&self, command: ClaimCargo) -> Result<CargoClaimed, HandlingRefusal> {
        let cargo = command.cargo;
        if !self.released {
            return Err(HandlingRefusal::NotReleased);
        }
        match &self.place {
            Place::InPort(_) => Ok(CargoClaimed { cargo }),
            Place::WithShipper | Place::Aboard(_) => Err(HandlingRefusal::NotInPort),
            Place::Claimed => Err(HandlingRefusal::ClaimedBefore),
        }
    }

    #[apply]
    fn was_opened(&mut self, _: &HandlingFileOpened) {
        self.open = true;
    }

    #[apply]
    fn was_received(&mut self, event: CargoReceived) {
        self.place = Place::InPort(event.port);
    }

    #[apply]
    fn was_loaded(&mut self, event: CargoLoaded) {
        self.place = Place::Aboard(event.voyage);
    }

    #[apply]
    fn was_unloaded(&mut self, event: CargoUnloaded) {
        self.place = Place::InPort(event.port);
    }

    #[apply]
    fn was_released(&mut self, _: &CargoReleased) {
        self.released = true;
    }

    #[apply]
    fn was_claimed(&mut self, _: &CargoClaimed) {
        self.place = Place::Claimed;
    }

    #[apply]
    fn was_handled(&mut self, event: CargoHandled) {
        self.open = true;
        self.place = Place::InPort(event.port);
    }
}

//! Handling: what happens to cargo on the quay.

mod handling_file;
mod policies;
mod quay_sheet;

use aether::bounded_context;

pub use self::{
    handling_file::{
        CargoClaimed, CargoHandled, CargoLoaded, CargoReceived, CargoReleased, CargoUnloaded,
        ClaimCargo, HandlingFile, HandlingFileEvent, HandlingFileOpened, HandlingRefusal,
        LoadCargo, OpenHandlingFile, Place, ReceiveCargo, ReleaseCargo, UnloadCargo,
    },
    policies::{OpenHandlingFileWhenRouted, ReleaseCargoWhenCleared},
    quay_sheet::{OnQuay, QuaySheet},
};
use super::{Booking, Customs};

bounded_context! {
    /// Receives, loads, unloads and hands over, and writes each of it down.
    pub Handling {
        owner: "Port Operations",
        aggregates: [HandlingFile],
        policies: [OpenHandlingFileWhenRouted, ReleaseCargoWhenCleared],
        projections: [QuaySheet],
        upstream: [Booking, Customs],
    }
}

//! Voyages: which ship calls at which port, and when.

mod sailing_schedule;
mod voyage;

use aether::bounded_context;

pub use self::{
    sailing_schedule::{SailingSchedule, ShipsTo},
    voyage::{
        CancelVoyage, Movement, RescheduleVoyage, ScheduleVoyage, Voyage, VoyageEvent,
        VoyageNumber, VoyageRefusal,
    },
};

bounded_context! {
    /// Knows which ships sail from where to where.
    pub Voyages {
        owner: "Fleet",
        aggregates: [Voyage],
        projections: [SailingSchedule],
    }
}

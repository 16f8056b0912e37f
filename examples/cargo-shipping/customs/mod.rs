//! Customs: how cargo gets into a country.

mod customs_office;
mod declaration;
mod detained_cargo;
mod policies;

use aether::bounded_context;

pub use self::{
    customs_office::{CustomsOffice, CustomsPapers},
    declaration::{
        CargoCleared, CargoDetained, CargoForfeited, CustomsRefusal, Declaration, DeclarationEvent,
        DeclarationLodged, ForfeitCargo, LodgeDeclaration, PapersPresented, PresentPapers,
        RuleOnCargo, Ruling, Verdict,
    },
    detained_cargo::DetainedCargo,
    policies::{ForfeitCargoWhenAbandoned, LodgeDeclarationWhenArrived},
};
use super::Booking;

bounded_context! {
    /// Speaks with customs offices, and waits for them.
    pub Customs {
        owner: "Customs Liaison",
        aggregates: [Declaration],
        policies: [LodgeDeclarationWhenArrived, ForfeitCargoWhenAbandoned],
        projections: [DetainedCargo],
        external_systems: [CustomsOffice],
        upstream: [Booking],
    }
}

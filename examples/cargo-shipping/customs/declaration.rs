//! The declaration of cargo to a customs office.

use std::convert::Infallible;

use aether::prelude::*;

use super::{CustomsOffice, DetainedCargo};
use crate::cargo_shipping::{CustomsBroker, Port, booking::TrackingId};

// ------------------------------------------------------------------------------------- commands

/// Tell customs that cargo is there.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LodgeDeclaration {
    /// Which cargo.
    #[command(id)]
    pub cargo: TrackingId,
    /// In which port.
    pub port: Port,
}

/// Take note of what customs say.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleOnCargo {
    /// About which cargo.
    #[command(id)]
    pub cargo: TrackingId,
    /// What they say.
    pub ruling: Ruling,
}

/// Show customs what they want to see.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PresentPapers {
    /// For which cargo.
    #[command(id)]
    pub cargo: TrackingId,
    /// Which papers.
    pub papers: Vec<String>,
}

/// Give cargo up that nobody fetches.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ForfeitCargo {
    /// Which cargo.
    #[command(id)]
    pub cargo: TrackingId,
}

/// What customs say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Ruling {
    /// It may enter the country.
    Clear,
    /// It may not, until something is shown.
    Detain {
        /// What is wanted.
        wanted: String,
    },
}

// --------------------------------------------------------------------------------------- events

/// Customs know that cargo is there.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeclarationLodged {
    /// Which cargo.
    pub cargo: TrackingId,
    /// In which port.
    pub port: Port,
}

/// Cargo may enter the country.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(public)]
pub struct CargoCleared {
    /// Which cargo.
    pub cargo: TrackingId,
}

/// Cargo may not enter the country yet.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CargoDetained {
    /// Which cargo.
    pub cargo: TrackingId,
    /// What customs want to see.
    pub wanted: String,
}

/// Customs have what they wanted to see.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PapersPresented {
    /// For which cargo.
    pub cargo: TrackingId,
    /// Which papers.
    pub papers: Vec<String>,
}

/// Nobody came for cargo, and the state has it.
///
/// Hotspot: does the shipper still owe the freight?
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CargoForfeited {
    /// Which cargo.
    pub cargo: TrackingId,
}

/// What came of what customs say.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may enter.
    Cleared(CargoCleared),
    /// It may not.
    Detained(CargoDetained),
}

/// Why something cannot be done about a declaration.
#[derive(Rejection, Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CustomsRefusal {
    /// Customs rule on what nobody has declared.
    #[error("no declaration was lodged for this cargo")]
    NotDeclared,
    /// Nobody wants to see anything.
    #[error("the cargo is not detained")]
    NotDetained,
}

// ------------------------------------------------------------------------------- the declaration

/// The declaration of cargo to customs.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(
    DeclarationLodged,
    CargoCleared,
    CargoDetained,
    PapersPresented,
    CargoForfeited
))]
pub struct Declaration {
    stage: Stage,
}

/// How far it is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    #[default]
    None,
    Lodged,
    Detained,
    Over,
}

#[handlers]
impl Declaration {
    /// # Errors
    /// Never.
    #[handle]
    pub fn lodge(
        &self,
        command: LodgeDeclaration,
    ) -> Result<Option<DeclarationLodged>, Infallible> {
        let LodgeDeclaration { cargo, port } = command;
        let first = self.stage == Stage::None;
        Ok(first.then_some(DeclarationLodged { cargo, port }))
    }

    /// What was said last counts, until the cargo is cleared or gone. Being detained twice is being
    /// detained.
    ///
    /// # Errors
    /// If no declaration was lodged.
    #[handle(by(CustomsOffice))]
    pub fn rule(&self, command: RuleOnCargo) -> Result<Option<Verdict>, CustomsRefusal> {
        let RuleOnCargo { cargo, ruling } = command;
        match (self.stage, ruling) {
            (Stage::None, _) => Err(CustomsRefusal::NotDeclared),
            (Stage::Lodged | Stage::Detained, Ruling::Clear) => {
                Ok(Some(CargoCleared { cargo }.into()))
            }
            (Stage::Lodged, Ruling::Detain { wanted }) => {
                Ok(Some(CargoDetained { cargo, wanted }.into()))
            }
            (Stage::Detained, Ruling::Detain { .. }) | (Stage::Over, _) => Ok(None),
        }
    }

    /// # Errors
    /// If the cargo is not detained.
    #[handle(by(CustomsBroker), informed_by(DetainedCargo))]
    pub fn present(&self, command: PresentPapers) -> Result<PapersPresented, CustomsRefusal> {
        let PresentPapers { cargo, papers } = command;
        if self.stage != Stage::Detained {
            return Err(CustomsRefusal::NotDetained);
        }
        Ok(PapersPresented { cargo, papers })
    }

    /// Only if it is still detained.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn forfeit(&self, command: ForfeitCargo) -> Result<Option<CargoForfeited>, Infallible> {
        let cargo = command.cargo;
        let detained = self.stage == Stage::Detained;
        Ok(detained.then_some(CargoForfeited { cargo }))
    }

    #[apply]
    fn was_lodged(&mut self, _: &DeclarationLodged) {
        self.stage = Stage::Lodged;
    }

    #[apply]
    fn was_cleared(&mut self, _: &CargoCleared) {
        self.stage = Stage::Over;
    }

    #[apply]
    fn was_detained(&mut self, _: &CargoDetained) {
        self.stage = Stage::Detained;
    }

    #[apply]
    fn papers_presented(&mut self, _: &PapersPresented) {}

    #[apply]
    fn was_forfeited(&mut self, _: &CargoForfeited) {
        self.stage = Stage::Over;
    }
}

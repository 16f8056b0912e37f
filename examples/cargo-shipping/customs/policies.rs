use aether::prelude::*;

use super::{CargoCleared, CargoDetained, ForfeitCargo, LodgeDeclaration};
use crate::cargo_shipping::booking::CargoArrived;

/// Whenever cargo has arrived, declare it.
#[derive(Policy, Debug, Default)]
pub struct LodgeDeclarationWhenArrived;

#[handlers]
impl LodgeDeclarationWhenArrived {
    #[react]
    fn arrived(&self, event: &CargoArrived) -> LodgeDeclaration {
        let (cargo, port) = (event.cargo.clone(), event.port.clone());
        LodgeDeclaration { cargo, port }
    }
}

/// Detained for thirty days: the cargo is forfeit.
#[derive(Policy, Debug, Default)]
pub struct ForfeitCargoWhenAbandoned;

#[handlers]
impl ForfeitCargoWhenAbandoned {
    #[react]
    fn detained(&self, event: &CargoDetained) -> After<ForfeitCargo, Days<30>> {
        let cargo = event.cargo.clone();
        After::fixed(ForfeitCargo { cargo })
    }

    #[react]
    fn cleared(&self, event: &CargoCleared) -> Cancel<ForfeitCargo> {
        Cancel::of(&event.cargo)
    }
}

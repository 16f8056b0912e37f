use aether::prelude::*;

use super::{OpenHandlingFile, ReleaseCargo};
use crate::cargo_shipping::{booking::CargoRouted, customs::CargoCleared};

/// Whenever cargo is routed, expect it.
#[derive(Policy, Debug, Default)]
pub struct OpenHandlingFileWhenRouted;

#[handlers]
impl OpenHandlingFileWhenRouted {
    #[react]
    fn routed(&self, event: &CargoRouted) -> OpenHandlingFile {
        let cargo = event.cargo.clone();
        OpenHandlingFile { cargo }
    }
}

/// Whenever cargo is cleared, release it.
#[derive(Policy, Debug, Default)]
pub struct ReleaseCargoWhenCleared;

#[handlers]
impl ReleaseCargoWhenCleared {
    #[react]
    fn cleared(&self, event: &CargoCleared) -> ReleaseCargo {
        let cargo = event.cargo.clone();
        ReleaseCargo { cargo }
    }
}

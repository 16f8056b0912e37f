use std::collections::BTreeSet;

use aether::prelude::*;

use super::{CopyId, CopyWithdrawn, ShelfCheckEvent};
use crate::library_lending::Cataloguer;

/// Copies that should stand on a shelf, and do not.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(Cataloguer))]
pub struct MissingCopies {
    /// Which ones.
    pub copies: BTreeSet<CopyId>,
}

#[handlers]
impl MissingCopies {
    #[apply]
    fn checked(&mut self, event: ShelfCheckEvent) {
        match event {
            ShelfCheckEvent::Missed { copy } => self.copies.insert(copy),
            ShelfCheckEvent::Found { copy } => self.copies.remove(&copy),
        };
    }

    #[apply]
    fn withdrawn(&mut self, event: &CopyWithdrawn) {
        self.copies.remove(&event.copy);
    }
}

use aether::prelude::*;

use super::{DeclarationLodged, PapersPresented};

/// Looks at papers, and sometimes into containers.
#[derive(ExternalSystem, Debug)]
#[external_system(notified_of(DeclarationLodged, PapersPresented))]
pub struct CustomsOffice;

/// What a customs office is shown.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum CustomsPapers {
    /// The declaration.
    Declaration(DeclarationLodged),
    /// What else it wanted to see.
    More(PapersPresented),
}

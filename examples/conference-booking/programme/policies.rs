use aether::prelude::*;

use super::{AdmitSession, ProposalAccepted};

/// Whenever a proposal is accepted, find a place for it.
#[derive(Policy, Debug, Default)]
pub struct AdmitSessionWhenAccepted;

#[handlers]
impl AdmitSessionWhenAccepted {
    #[react]
    fn accepted(&self, event: &ProposalAccepted) -> AdmitSession {
        AdmitSession {
            conference: event.conference.clone(),
            session: event.proposal.clone(),
            speaker: event.speaker.clone(),
        }
    }
}

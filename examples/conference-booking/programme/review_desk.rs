use std::collections::BTreeMap;

use aether::prelude::*;

use super::{ProposalAccepted, ProposalDeclined, ProposalId, ProposalReviewed, ProposalSubmitted};
use crate::conference_booking::{Chair, Reviewer};

/// What is still to be decided, and what those who have read it think.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(Reviewer, Chair))]
pub struct ReviewDesk {
    /// Each proposal that is not decided on.
    pub proposals: BTreeMap<ProposalId, UnderReview>,
}

/// A proposal that is read.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnderReview {
    /// What it is about.
    pub title: String,
    /// What those who have read it think, from 1 to 5.
    pub scores: Vec<u8>,
}

#[handlers]
impl ReviewDesk {
    #[apply]
    fn submitted(&mut self, event: ProposalSubmitted) {
        let ProposalSubmitted {
            proposal, title, ..
        } = event;
        self.proposals.insert(
            proposal,
            UnderReview {
                title,
                scores: Vec::new(),
            },
        );
    }

    #[apply]
    fn reviewed(&mut self, event: &ProposalReviewed) {
        if let Some(review) = self.proposals.get_mut(&event.proposal) {
            review.scores.push(event.score);
        }
    }

    #[apply]
    fn accepted(&mut self, event: &ProposalAccepted) {
        self.proposals.remove(&event.proposal);
    }

    #[apply]
    fn declined(&mut self, event: &ProposalDeclined) {
        self.proposals.remove(&event.proposal);
    }
}

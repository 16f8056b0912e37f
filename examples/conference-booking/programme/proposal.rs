//! A proposal: submitted, reviewed, and accepted or declined.

use std::collections::BTreeMap;

use aether::prelude::*;

use super::{ConferenceId, ReviewDesk};
use crate::conference_booking::{Chair, Reviewer, Speaker};

/// Tells a proposal from every other; the session, once it is accepted.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct ProposalId(String);

/// Tells a speaker from every other: a number, which says nothing about them.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct SpeakerId(String);

/// Tells a reviewer from every other. Someone who speaks as well has the same number there.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct ReviewerId(String);

// ------------------------------------------------------------------------------------- commands

/// Offer a talk.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SubmitProposal {
    /// Under which number.
    #[command(id)]
    pub proposal: ProposalId,
    /// For which conference.
    pub conference: ConferenceId,
    /// Who wants to speak.
    pub speaker: SpeakerId,
    /// What about.
    pub title: String,
    /// What the speaker says about themselves.
    #[personal(subject = speaker)]
    pub biography: Personal<String>,
}

/// Say how good a talk will be.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewProposal {
    /// Which talk.
    #[command(id)]
    pub proposal: ProposalId,
    /// Who says so.
    pub reviewer: ReviewerId,
    /// From 1 to 5.
    pub score: u8,
}

/// Take a talk into the programme.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AcceptProposal {
    /// Which talk.
    #[command(id)]
    pub proposal: ProposalId,
}

/// Do without a talk.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeclineProposal {
    /// Which talk.
    #[command(id)]
    pub proposal: ProposalId,
}

// --------------------------------------------------------------------------------------- events

/// Somebody has something to say.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposalSubmitted {
    /// Under which number.
    pub proposal: ProposalId,
    /// For which conference.
    pub conference: ConferenceId,
    /// Who.
    pub speaker: SpeakerId,
    /// What about.
    pub title: String,
    /// What the speaker says about themselves.
    #[personal(subject = speaker)]
    pub biography: Personal<String>,
}

/// A reviewer has read a proposal.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(private)]
pub struct ProposalReviewed {
    /// Which one.
    pub proposal: ProposalId,
    /// Who has.
    pub reviewer: ReviewerId,
    /// What they think of it, from 1 to 5.
    pub score: u8,
}

/// A talk will be given.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(alias("TalkAccepted"))]
pub struct ProposalAccepted {
    /// Which one.
    pub proposal: ProposalId,
    /// At which conference.
    pub conference: ConferenceId,
    /// By whom.
    pub speaker: SpeakerId,
}

/// A talk will not be given.
///
/// Hotspot: do speakers see their reviews?
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposalDeclined {
    /// Which one.
    pub proposal: ProposalId,
}

/// Why something cannot be done about a proposal.
#[derive(Rejection, Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProposalRefusal {
    /// The number is in use.
    #[error("there is a proposal under this number already")]
    NumberInUse,
    /// There is no such proposal.
    #[error("there is no such proposal")]
    NeverSubmitted,
    /// Nobody reviews what they want to say themselves.
    #[error("nobody reviews their own proposal")]
    OwnProposal,
    /// A reviewer has one voice.
    #[error("the reviewer has reviewed it already")]
    ReviewedBefore,
    /// The score is no score.
    #[error("a score is from 1 to 5, and not {score}")]
    NoScore {
        /// What it was.
        score: u8,
    },
    /// Too few have read it.
    #[error("{reviews} reviews are too few; it takes {needed}")]
    TooFewReviews {
        /// How many there are.
        reviews: usize,
        /// How many it takes.
        needed: usize,
    },
    /// It is decided.
    #[error("the proposal is decided on already")]
    Decided,
}

// ---------------------------------------------------------------------------------- the proposal

/// A proposal to speak at a conference.
///
/// Invariant: nothing is decided on that fewer than three have read.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(
    ProposalSubmitted,
    ProposalReviewed,
    ProposalAccepted,
    ProposalDeclined
))]
pub struct Proposal {
    submitted: Option<(ConferenceId, SpeakerId)>,
    scores: BTreeMap<ReviewerId, u8>,
    decided: bool,
}

impl Proposal {
    /// How many must have read it.
    pub const REVIEWS: usize = 3;

    fn open(&self) -> Result<&(ConferenceId, SpeakerId), ProposalRefusal> {
        let submitted = self
            .submitted
            .as_ref()
            .ok_or(ProposalRefusal::NeverSubmitted)?;
        if self.decided {
            return Err(ProposalRefusal::Decided);
        }
        Ok(submitted)
    }

    fn ripe(&self) -> Result<&(ConferenceId, SpeakerId), ProposalRefusal> {
        let submitted = self.open()?;
        let (reviews, needed) = (self.scores.len(), Self::REVIEWS);
        if reviews < needed {
            return Err(ProposalRefusal::TooFewReviews { reviews, needed });
        }
        Ok(submitted)
    }
}

#[handlers]
impl Proposal {
    /// # Errors
    /// If the number is in use.
    #[handle(by(Speaker))]
    pub fn submit(&self, command: SubmitProposal) -> Result<ProposalSubmitted, ProposalRefusal> {
        let SubmitProposal {
            proposal,
            conference,
            speaker,
            title,
            biography,
        } = command;
        if self.submitted.is_some() {
            return Err(ProposalRefusal::NumberInUse);
        }
        Ok(ProposalSubmitted {
            proposal,
            conference,
            speaker,
            title,
            biography,
        })
    }

    /// Each reviewer has one voice, and none about themselves.
    ///
    /// # Errors
    /// If there is nothing to review, the reviewer may not, or the score is none.
    #[handle(by(Reviewer), informed_by(ReviewDesk))]
    pub fn review(&self, command: ReviewProposal) -> Result<ProposalReviewed, ProposalRefusal> {
        let ReviewProposal {
            proposal,
            reviewer,
            score,
        } = command;
        let (_, speaker) = self.open()?;
        if speaker.to_string() == reviewer.to_string() {
            return Err(ProposalRefusal::OwnProposal);
        }
        if self.scores.contains_key(&reviewer) {
            return Err(ProposalRefusal::ReviewedBefore);
        }
        if !(1..=5).contains(&score) {
            return Err(ProposalRefusal::NoScore { score });
        }
        Ok(ProposalReviewed {
            proposal,
            reviewer,
            score,
        })
    }

    /// # Errors
    /// If it is decided on, or too few have read it.
    #[handle(by(Chair), informed_by(ReviewDesk))]
    pub fn accept(&self, command: AcceptProposal) -> Result<ProposalAccepted, ProposalRefusal> {
        let (conference, speaker) = self.ripe()?.clone();
        let proposal = command.proposal;
        Ok(ProposalAccepted {
            proposal,
            conference,
            speaker,
        })
    }

    /// # Errors
    /// If it is decided on, or too few have read it.
    #[handle(by(Chair), informed_by(ReviewDesk))]
    pub fn decline(&self, command: DeclineProposal) -> Result<ProposalDeclined, ProposalRefusal> {
        self.ripe()?;
        let proposal = command.proposal;
        Ok(ProposalDeclined { proposal })
    }

    #[apply]
    fn was_submitted(&mut self, event: ProposalSubmitted) {
        self.submitted = Some((event.conference, event.speaker));
    }

    #[apply]
    fn was_reviewed(&mut self, event: ProposalReviewed) {
        self.scores.insert(event.reviewer, event.score);
    }

    #[apply]
    fn was_accepted(&mut self, _: &ProposalAccepted) {
        self.decided = true;
    }

    #[apply]
    fn was_declined(&mut self, _: &ProposalDeclined) {
        self.decided = true;
    }
}

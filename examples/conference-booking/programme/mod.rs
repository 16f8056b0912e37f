//! Programme: proposals, reviews, and what is on when.

mod policies;
mod proposal;
mod review_desk;
mod timetable;

use aether::bounded_context;

pub use self::{
    policies::AdmitSessionWhenAccepted,
    proposal::{
        AcceptProposal, DeclineProposal, Proposal, ProposalAccepted, ProposalDeclined,
        ProposalEvent, ProposalId, ProposalRefusal, ProposalReviewed, ProposalSubmitted,
        ReviewProposal, ReviewerId, SpeakerId, SubmitProposal,
    },
    review_desk::{ReviewDesk, UnderReview},
    timetable::{
        AdmitSession, ConferenceId, ProgrammePublished, PublishProgramme, RoomId, ScheduleSession,
        SessionAdmitted, SessionScheduled, Slot, Timetable, TimetableEvent, TimetableRefusal,
    },
};

bounded_context! {
    /// Decides what is on, in which room, at what time.
    pub Programme {
        owner: "Programme Committee",
        aggregates: [Proposal, Timetable],
        policies: [AdmitSessionWhenAccepted],
        projections: [ReviewDesk],
    }
}

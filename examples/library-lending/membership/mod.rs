//! Membership: who belongs to the library, and where they can be written to.
//!
//! Names and addresses are personal data. They are in this context alone, and go when the member
//! asks to be forgotten; all others know a number.

mod member;

use aether::bounded_context;

pub use self::member::{
    Member, MemberEvent, MemberId, MemberRefusal, MemberRegistered, RecogniseResearcher,
    RegisterMember, ReportUndeliverable, ResearcherRecognised, UndeliverableReported,
};

bounded_context! {
    /// Knows who belongs to the library, and how to reach them.
    pub Membership {
        owner: "Front Desk",
        aggregates: [Member],
    }
}

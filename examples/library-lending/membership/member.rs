//! A member of the library.

use aether::prelude::*;

use crate::library_lending::{Librarian, recovery::PostOffice};

/// Tells a member from every other: the number on the card, which says nothing about them.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct MemberId(String);

// ------------------------------------------------------------------------------------- commands

/// Write a member into the book.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RegisterMember {
    /// The number on the card.
    #[command(id)]
    pub member: MemberId,
    /// What they are called.
    #[personal]
    pub name: Personal<String>,
    /// Where letters reach them.
    #[personal]
    pub address: Personal<String>,
}

/// Take note of a letter from a university.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecogniseResearcher {
    /// Whom it is about.
    #[command(id)]
    pub member: MemberId,
    /// Which university.
    pub institution: String,
}

/// Take note that a letter came back.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportUndeliverable {
    /// To whom it was.
    #[command(id)]
    pub member: MemberId,
}

// --------------------------------------------------------------------------------------- events

/// Someone belongs to the library.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(public)]
pub struct MemberRegistered {
    /// The number on the card.
    pub member: MemberId,
    /// What they are called.
    #[personal(subject = member)]
    pub name: Personal<String>,
    /// Where letters reach them.
    #[personal(subject = member)]
    pub address: Personal<String>,
}

/// A university vouches for the member.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(public)]
pub struct ResearcherRecognised {
    /// The number on the card.
    pub member: MemberId,
    /// Which university.
    pub institution: String,
}

/// A letter came back: the member has moved.
///
/// Hotspot: who finds out where to?
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(private)]
pub struct UndeliverableReported {
    /// The number on the card.
    pub member: MemberId,
}

/// Why something cannot be done about a member.
#[derive(Rejection, Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MemberRefusal {
    /// The number is taken.
    #[error("the card belongs to someone else already")]
    CardInUse,
    /// There is no such member.
    #[error("nobody is registered under this number")]
    NotRegistered,
}

// ------------------------------------------------------------------------------------ the member

/// A member of the library.
///
/// Invariant: a card is given to one person.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(MemberRegistered, ResearcherRecognised, UndeliverableReported))]
pub struct Member {
    name: Option<Personal<String>>,
    researcher: bool,
    moved: bool,
}

impl Member {
    /// How a letter begins.
    pub fn salutation(&self) -> String {
        let name = self.name.as_ref().and_then(Personal::known);
        name.map_or_else(|| "Dear reader".to_owned(), |name| format!("Dear {name}"))
    }

    /// Whether letters come back.
    pub const fn has_moved(&self) -> bool {
        self.moved
    }
}

#[handlers]
impl Member {
    /// # Errors
    /// If the card is someone's already.
    #[handle(by(Librarian))]
    pub fn register(&self, command: RegisterMember) -> Result<MemberRegistered, MemberRefusal> {
        let RegisterMember {
            member,
            name,
            address,
        } = command;
        if self.name.is_some() {
            return Err(MemberRefusal::CardInUse);
        }
        Ok(MemberRegistered {
            member,
            name,
            address,
        })
    }

    /// One letter is enough.
    ///
    /// # Errors
    /// If nobody is registered under the number.
    #[handle(by(Librarian))]
    pub fn recognise(
        &self,
        command: RecogniseResearcher,
    ) -> Result<Option<ResearcherRecognised>, MemberRefusal> {
        let RecogniseResearcher {
            member,
            institution,
        } = command;
        if self.name.is_none() {
            return Err(MemberRefusal::NotRegistered);
        }
        let first = !self.researcher;
        Ok(first.then_some(ResearcherRecognised {
            member,
            institution,
        }))
    }

    /// It is noted once.
    ///
    /// # Errors
    /// If nobody is registered under the number.
    #[handle(by(PostOffice))]
    pub fn report(
        &self,
        command: ReportUndeliverable,
    ) -> Result<Option<UndeliverableReported>, MemberRefusal> {
        let member = command.member;
        if self.name.is_none() {
            return Err(MemberRefusal::NotRegistered);
        }
        Ok((!self.moved).then_some(UndeliverableReported { member }))
    }

    #[apply]
    fn was_registered(&mut self, event: MemberRegistered) {
        self.name = Some(event.name);
    }

    #[apply]
    fn was_recognised(&mut self, _: &ResearcherRecognised) {
        self.researcher = true;
    }

    #[apply]
    fn was_reported(&mut self, _: &UndeliverableReported) {
        self.moved = true;
    }
}

//! The timetable: no room and no speaker twice at a time.

use std::{collections::BTreeMap, convert::Infallible};

use aether::prelude::*;

use super::{ProposalId, SpeakerId};
use crate::conference_booking::Chair;

/// Tells a conference from every other.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct ConferenceId(String);

/// Tells a room from every other.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct RoomId(String);

/// A part of the conference's day, from the first.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Slot(u8);

// ------------------------------------------------------------------------------------- commands

/// Find a place for a talk.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AdmitSession {
    /// At which conference.
    #[command(id)]
    pub conference: ConferenceId,
    /// Which talk.
    pub session: ProposalId,
    /// Who gives it.
    pub speaker: SpeakerId,
}

/// Put a talk into a room.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduleSession {
    /// At which conference.
    #[command(id)]
    pub conference: ConferenceId,
    /// Which talk.
    pub session: ProposalId,
    /// Where.
    pub room: RoomId,
    /// When.
    pub slot: Slot,
}

/// Let everyone know what is on.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PublishProgramme {
    /// At which conference.
    #[command(id)]
    pub conference: ConferenceId,
    /// For how many there is room.
    pub seats: u32,
}

// --------------------------------------------------------------------------------------- events

/// A talk waits for its place.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(private)]
pub struct SessionAdmitted {
    /// At which conference.
    pub conference: ConferenceId,
    /// Which talk.
    pub session: ProposalId,
    /// Who gives it.
    pub speaker: SpeakerId,
}

/// A talk has a room and a time.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionScheduled {
    /// At which conference.
    pub conference: ConferenceId,
    /// Which talk.
    pub session: ProposalId,
    /// Where.
    pub room: RoomId,
    /// When.
    pub slot: Slot,
}

/// Everyone can know what is on.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(public, pivotal = "Sell seats")]
pub struct ProgrammePublished {
    /// Of which conference.
    pub conference: ConferenceId,
    /// For how many there is room.
    pub seats: u32,
}

/// Why a timetable cannot be like that.
#[derive(Rejection, Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimetableRefusal {
    /// The talk is not part of the programme.
    #[error("the programme has no session {session}")]
    NotAdmitted {
        /// Which one.
        session: ProposalId,
    },
    /// Someone else speaks there then.
    #[error("room {room} is taken in slot {slot}")]
    RoomTaken {
        /// Where.
        room: RoomId,
        /// When.
        slot: Slot,
    },
    /// The speaker cannot be in two places.
    #[error("the speaker gives another session in slot {slot}")]
    SpeakerBusy {
        /// When.
        slot: Slot,
    },
    /// Something has no place yet.
    #[error("{sessions} sessions have no place yet")]
    Unscheduled {
        /// How many.
        sessions: usize,
    },
    /// There would be nothing on, or room for nobody.
    #[error("there is nothing on yet, or room for nobody")]
    Empty,
    /// People have made plans.
    #[error("the programme is published")]
    Published,
}

// --------------------------------------------------------------------------------- the timetable

/// What is on at a conference.
///
/// Invariant: no room has two sessions at a time, and no speaker gives two.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(SessionAdmitted, SessionScheduled, ProgrammePublished))]
pub struct Timetable {
    sessions: BTreeMap<ProposalId, Session>,
    published: bool,
}

/// A talk, with its place if it has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Session {
    speaker: SpeakerId,
    place: Option<(RoomId, Slot)>,
}

impl Timetable {
    /// The other talks that have a place at a time.
    fn at(&self, slot: &Slot, but: &ProposalId) -> impl Iterator<Item = (&SpeakerId, &RoomId)> {
        let others = self
            .sessions
            .iter()
            .filter(move |(session, _)| *session != but);
        others.filter_map(move |(_, session)| {
            let (room, at) = session.place.as_ref()?;
            (at == slot).then_some((&session.speaker, room))
        })
    }
}

#[handlers]
impl Timetable {
    /// A talk is admitted once.
    ///
    /// Hotspot: what of a talk that is accepted after the programme is published?
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn admit(&self, command: AdmitSession) -> Result<Option<SessionAdmitted>, Infallible> {
        let AdmitSession {
            conference,
            session,
            speaker,
        } = command;
        let new = !self.sessions.contains_key(&session);
        Ok(new.then_some(SessionAdmitted {
            conference,
            session,
            speaker,
        }))
    }

    /// A talk that has a place moves.
    ///
    /// # Errors
    /// If the talk is not admitted, the place is taken, the speaker busy, or all is published.
    #[handle(by(Chair))]
    pub fn schedule(&self, command: ScheduleSession) -> Result<SessionScheduled, TimetableRefusal> {
        let ScheduleSession {
            conference,
            session,
            room,
            slot,
        } = command;
        if self.published {
            return Err(TimetableRefusal::Published);
        }
        let Some(Session { speaker, .. }) = self.sessions.get(&session) else {
            return Err(TimetableRefusal::NotAdmitted { session });
        };
        if self.at(&slot, &session).any(|(_, taken)| *taken == room) {
            return Err(TimetableRefusal::RoomTaken { room, slot });
        }
        if self.at(&slot, &session).any(|(busy, _)| busy == speaker) {
            return Err(TimetableRefusal::SpeakerBusy { slot });
        }
        Ok(SessionScheduled {
            conference,
            session,
            room,
            slot,
        })
    }

    /// # Errors
    /// If it is published, nothing is on, or something has no place.
    #[handle(by(Chair))]
    pub fn publish(
        &self,
        command: PublishProgramme,
    ) -> Result<ProgrammePublished, TimetableRefusal> {
        let PublishProgramme { conference, seats } = command;
        let open = self
            .sessions
            .values()
            .filter(|session| session.place.is_none());
        let sessions = open.count();
        if self.published {
            return Err(TimetableRefusal::Published);
        }
        if self.sessions.is_empty() || seats == 0 {
            return Err(TimetableRefusal::Empty);
        }
        if sessions > 0 {
            return Err(TimetableRefusal::Unscheduled { sessions });
        }
        Ok(ProgrammePublished { conference, seats })
    }

    #[apply]
    fn was_admitted(&mut self, event: SessionAdmitted) {
        let (speaker, place) = (event.speaker, None);
        self.sessions
            .insert(event.session, Session { speaker, place });
    }

    #[apply]
    fn was_scheduled(&mut self, event: SessionScheduled) {
        if let Some(session) = self.sessions.get_mut(&event.session) {
            session.place = Some((event.room, event.slot));
        }
    }

    #[apply]
    fn was_published(&mut self, _: &ProgrammePublished) {
        self.published = true;
    }
}

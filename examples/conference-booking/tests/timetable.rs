//! The timetable: no room and no speaker twice at a time.

use aether::testing::{Given, given};
use aether_examples::conference_booking::programme::{
    AdmitSession, ProgrammePublished, ProposalId, PublishProgramme, RoomId, ScheduleSession,
    SessionAdmitted, SessionScheduled, Slot, SpeakerId, Timetable, TimetableRefusal,
};

use crate::samples::{conference, speaker, talk};

fn admitted(session: &str, speaker: &str) -> SessionAdmitted {
    SessionAdmitted {
        conference: conference(),
        session: ProposalId::from(session),
        speaker: SpeakerId::from(speaker),
    }
}

fn schedule(session: &str, room: &str, slot: u8) -> ScheduleSession {
    ScheduleSession {
        conference: conference(),
        session: ProposalId::from(session),
        room: RoomId::from(room),
        slot: Slot::from(slot),
    }
}

fn scheduled(session: &str, room: &str, slot: u8) -> SessionScheduled {
    SessionScheduled {
        conference: conference(),
        session: ProposalId::from(session),
        room: RoomId::from(room),
        slot: Slot::from(slot),
    }
}

fn publish() -> PublishProgramme {
    PublishProgramme {
        conference: conference(),
        seats: 3,
    }
}

fn published() -> ProgrammePublished {
    ProgrammePublished {
        conference: conference(),
        seats: 3,
    }
}

fn two_talks() -> Given<Timetable> {
    given((
        admitted("talk-1", "s-1"),
        admitted("talk-2", "s-2"),
        scheduled("talk-1", "hall", 1),
    ))
}

#[test]
fn a_talk_is_admitted_once() {
    let admit = || AdmitSession {
        conference: conference(),
        session: talk(),
        speaker: speaker(),
    };
    given::<Timetable>(())
        .when(admit())
        .then(admitted("talk-1", "s-1"))
        .when(admit())
        .then_nothing();
}

#[test]
fn a_room_has_one_talk_at_a_time() {
    let taken = || TimetableRefusal::RoomTaken {
        room: RoomId::from("hall"),
        slot: Slot::from(1),
    };
    two_talks()
        .when(schedule("talk-2", "hall", 1))
        .then_refused(taken());
    two_talks()
        .when(schedule("talk-2", "hall", 2))
        .then(scheduled("talk-2", "hall", 2));
    two_talks()
        .when(schedule("talk-2", "cellar", 1))
        .then(scheduled("talk-2", "cellar", 1));
    two_talks()
        .when(schedule("talk-1", "hall", 1))
        .then(scheduled("talk-1", "hall", 1));
}

#[test]
fn a_speaker_gives_one_talk_at_a_time() {
    given::<Timetable>((
        admitted("talk-1", "s-1"),
        admitted("talk-2", "s-1"),
        scheduled("talk-1", "hall", 1),
    ))
    .when(schedule("talk-2", "cellar", 1))
    .then_refused(TimetableRefusal::SpeakerBusy {
        slot: Slot::from(1),
    });
}

#[test]
fn what_nobody_has_accepted_has_no_place() {
    let session = ProposalId::from("talk-3");
    two_talks()
        .when(schedule("talk-3", "hall", 2))
        .then_refused(TimetableRefusal::NotAdmitted { session });
}

#[test]
fn a_programme_is_published_once_when_everything_has_its_place() {
    given::<Timetable>(())
        .when(publish())
        .then_refused(TimetableRefusal::Empty);
    two_talks()
        .when(publish())
        .then_refused(TimetableRefusal::Unscheduled { sessions: 1 });
    two_talks()
        .and(scheduled("talk-2", "hall", 2))
        .when(publish())
        .then(published())
        .when(publish())
        .then_refused(TimetableRefusal::Published)
        .when(schedule("talk-2", "hall", 3))
        .then_refused(TimetableRefusal::Published);
}

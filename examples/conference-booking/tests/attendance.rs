//! At the door, and in the rooms.

use aether::{Personal, testing::given};
use aether_examples::conference_booking::{
    attendance::{
        AttendeeCheckedIn, Badge, BadgeRefusal, CheckIn, CountRoom, NameBadge, PrepareBadge, Room,
        RoomEvent,
    },
    programme::RoomId,
};

use crate::samples::{badge, named, prepared};

fn name() -> NameBadge {
    NameBadge {
        badge: badge(1),
        name: Personal::Known("Ada".to_owned()),
    }
}

fn check_in() -> CheckIn {
    CheckIn { badge: badge(1) }
}

fn checked_in() -> AttendeeCheckedIn {
    AttendeeCheckedIn { badge: badge(1) }
}

#[test]
fn a_badge_is_prepared_once() {
    let prepare = || PrepareBadge { badge: badge(1) };
    given::<Badge>(())
        .when(prepare())
        .then(prepared())
        .when(prepare())
        .then_nothing();
}

#[test]
fn a_badge_lets_one_person_in_once() {
    given::<Badge>((prepared(), named()))
        .when(check_in())
        .then(checked_in())
        .when(check_in())
        .then_refused(BadgeRefusal::InAlready);
    given::<Badge>(prepared())
        .when(check_in())
        .then_refused(BadgeRefusal::Unnamed);
    given::<Badge>(())
        .when(check_in())
        .then_refused(BadgeRefusal::Unknown);
}

#[test]
fn a_badge_keeps_its_name_from_the_door_on() {
    given::<Badge>(prepared())
        .when(name())
        .then(named())
        .when(name())
        .then(named());
    given::<Badge>((prepared(), named(), checked_in()))
        .when(name())
        .then_refused(BadgeRefusal::InAlready);
    given::<Badge>(())
        .when(name())
        .then_refused(BadgeRefusal::Unknown);
}

#[test]
fn a_room_is_full_when_there_is_no_chair_left() {
    let room = || RoomId::from("hall");
    let count = |heads| CountRoom {
        room: room(),
        heads,
        chairs: 100,
    };
    given::<Room>(())
        .when(count(99))
        .then_nothing()
        .when(count(100))
        .then(RoomEvent::Filled { room: room() })
        .when(count(120))
        .then_nothing()
        .when(count(60))
        .then(RoomEvent::Cleared { room: room() });
}

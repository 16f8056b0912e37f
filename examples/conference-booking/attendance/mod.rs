//! Attendance: badges, the door, and rooms that are full.

mod badge;
mod door_list;
mod policies;
mod room;
mod room_signs;

use aether::bounded_context;

pub use self::{
    badge::{
        AttendeeCheckedIn, Badge, BadgeEvent, BadgeId, BadgeNamed, BadgePrepared, BadgeRefusal,
        CheckIn, NameBadge, PrepareBadge,
    },
    door_list::{DoorList, Expected},
    policies::PrepareBadgesWhenConfirmed,
    room::{CountRoom, Room, RoomEvent},
    room_signs::RoomSigns,
};
use super::Ticketing;

bounded_context! {
    /// Knows who is there, and where there is room.
    pub Attendance {
        owner: "Front of House",
        aggregates: [Badge, Room],
        policies: [PrepareBadgesWhenConfirmed],
        projections: [DoorList, RoomSigns],
        upstream: [Ticketing],
    }
}

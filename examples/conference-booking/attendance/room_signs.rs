use std::collections::BTreeSet;

use aether::prelude::*;

use super::RoomEvent;
use crate::conference_booking::{Visitor, programme::RoomId};

/// Rooms with a sign at the door: there is no chair left.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(Visitor))]
pub struct RoomSigns {
    /// Which ones.
    pub full: BTreeSet<RoomId>,
}

#[handlers]
impl RoomSigns {
    #[apply]
    fn counted(&mut self, event: RoomEvent) {
        match event {
            RoomEvent::Filled { room } => self.full.insert(room),
            RoomEvent::Cleared { room } => self.full.remove(&room),
        };
    }
}

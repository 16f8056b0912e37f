//! The sizes that give the board its look, in pixels.

/// Height of a note.
pub(super) const NOTE: i32 = 90;
/// Height of an event that stands elsewhere as well.
pub(super) const LOW: i32 = 50;
/// Width of a command, an event or a read model.
pub(super) const NARROW: i32 = 102;
/// Width of an aggregate, or a system that handles a command.
pub(super) const MEDIUM: i32 = 128;
/// Width of a policy, or a system that issues a command.
pub(super) const WIDE: i32 = 146;
/// Size of an actor.
pub(super) const ACTOR: (i32, i32) = (74, 46);
/// How far an actor lies over the notes that it hangs on.
pub(super) const ACTOR_OVERLAP: i32 = 16;
/// Width and least height of a hot spot.
pub(super) const HOTSPOT: (i32, i32) = (118, 66);
/// The space that a hot spot leaves around itself because it is tilted.
pub(super) const TILT: i32 = 4;
/// Between notes that touch side by side.
pub(super) const SEAM: i32 = 5;
/// Between notes of one stack.
pub(super) const STACK: i32 = 8;
/// The strip at the lower edge of a note that says how often it was seen.
pub(super) const STRIP: i32 = 15;
/// The size of the lines under an event that say where it continues, in tenths of a pixel.
pub(super) const REMARK_SIZE: i32 = 105;
/// Between two of these lines.
pub(super) const REMARK_LEADING: i32 = 13;

/// Between the edge of the board and its contents.
pub(super) const MARGIN: i32 = 18;
/// Between the edge of the board and a lane.
pub(super) const LANE_MARGIN: i32 = 8;
/// Where the first gutter begins: right of the names of the lanes.
pub(super) const LANE_HEAD: i32 = 130;
/// Between two lanes.
pub(super) const LANE_GAP: i32 = 8;
/// Below the last row of a lane.
pub(super) const LANE_FOOT: i32 = 18;
/// Least height of a lane's head.
pub(super) const LANE_LEAST: i32 = 76;
/// Above each row.
pub(super) const CORRIDOR: i32 = 24;
/// Between two tracks.
pub(super) const TRACK: i32 = 13;
/// Of a gutter, beside its tracks.
pub(super) const GUTTER: i32 = 24;
/// From the side of a gutter or corridor to its first track.
pub(super) const FIRST_TRACK: i32 = 12;
/// Width below which a board looks lost.
pub(super) const LEAST_WIDTH: i32 = 760;
/// From the foot of a band to the axis of the next.
pub(super) const BAND_GAP: i32 = 65;
/// From the axis of a band to its first lane.
pub(super) const AXIS: i32 = 12;

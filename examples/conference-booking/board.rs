use aether::eventstorming::{Model, render::Board};

use super::Conference;

/// The board of the conference: what runs, drawn.
pub fn board() -> Board {
    let board = Model::of::<Conference>().board();
    board
        .title("A conference, from the first proposal to the door")
        .opening("Call for papers")
        .columns(3)
}

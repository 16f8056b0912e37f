use aether::eventstorming::{Model, render::Board};

use super::Library;

/// The board of the library: what runs, drawn.
pub fn board() -> Board {
    let board = Model::of::<Library>().board();
    board
        .title("Lending in a library")
        .opening("Books and members")
        .columns(3)
}

use aether::eventstorming::{Model, render::Board};

use super::Shop;

/// The board of the shop: what runs, drawn.
pub fn board() -> Board {
    let board = Model::of::<Shop>().board();
    board
        .title("From order to delivery")
        .opening("Checkout")
        .columns(3)
}

use aether::eventstorming::{Model, render::Board};

use super::ShippingCompany;

/// The board of the company: what runs, drawn.
pub fn board() -> Board {
    let board = Model::of::<ShippingCompany>().board();
    board
        .title("Cargo from port to port")
        .opening("Voyages and bookings")
        .columns(3)
}

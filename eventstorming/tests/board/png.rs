//! Boards as pixels.

use eventstorming::render::{Pixels, PngError, Theme};

use crate::fixture::order_to_delivery;

/// Width and height, as a PNG says in its first chunk.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn a_board_is_drawn_as_wide_as_it_is_told() {
    let board = order_to_delivery().board();
    let scene = board.scene();
    let narrow = board.png(&Pixels::default().width(800)).unwrap();
    assert_eq!(size(&narrow).0, 800);
    let height = f64::from(scene.height) * 800.0 / f64::from(scene.width);
    assert!((f64::from(size(&narrow).1) - height).abs() <= 1.0);
    let small = eventstorming::Model::default().board();
    let sides = [small.scene().width, small.scene().height];
    let whole = size(&small.png(&Pixels::default()).unwrap());
    assert_eq!(
        [whole.0, whole.1],
        sides.map(|side| u32::try_from(side).unwrap())
    );
}

#[test]
fn the_dark_is_another_picture_and_each_is_the_same_every_time() {
    let draw = |theme| {
        let board = order_to_delivery().board().theme(theme);
        board.png(&Pixels::default().width(600)).unwrap()
    };
    assert!(draw(Theme::Dark) != draw(Theme::Light));
    assert!(draw(Theme::Auto) == draw(Theme::Light), "paper is light");
}

#[test]
fn letters_are_drawn_and_without_any_font_that_is_an_error() {
    let model = order_to_delivery();
    let small = Pixels::default().width(700);
    let draw = |title: &str| model.board().title(title).png(&small).unwrap();
    assert!(draw("One") != draw("Two"), "the title is on the picture");
    let none = Pixels::default().only_named_fonts();
    let refused = model.board().png(&none).unwrap_err();
    assert!(matches!(refused, PngError::NoFont), "{refused}");
    let missing = Pixels::default().font("no/such/font.ttf");
    let refused = model.board().png(&missing).unwrap_err();
    assert!(matches!(refused, PngError::Font { .. }), "{refused}");
}

//! The picture in the README: drawn from the code, and never stale.

use std::path::Path;

use aether_examples::order_fulfilment::board;

#[test]
fn the_board_in_the_docs_is_the_board_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/board.svg");
    let drawn = board().svg();
    if std::env::var_os("AETHER_UPDATE_BOARD").is_some() {
        std::fs::write(&path, &drawn).expect("docs/board.svg can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == drawn,
        "docs/board.svg is stale: run `make board` and look at the change"
    );
}

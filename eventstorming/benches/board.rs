//! What a board costs: layout and drawing, by the size of the model.
//!
//! `cargo bench -p eventstorming --bench board`. A board is meant to take at most 50 ms for 60
//! commands and a second for 1,000 elements.

#[path = "../tests/board/generate.rs"]
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a generator for tests"
)]
mod generate;

use divan::Bencher;
use eventstorming::Model;

fn main() {
    divan::main();
}

/// A model with at least so many elements, of which none could be left out.
fn of_size(elements: usize) -> Model {
    let mut commands = elements / 4;
    loop {
        let model = generate::process(1, commands);
        if model.elements().len() >= elements {
            return model;
        }
        commands += 1;
    }
}

#[divan::bench(args = [15, 60, 120])]
fn svg_by_commands(bencher: Bencher<'_, '_>, commands: usize) {
    let model = generate::process(1, commands);
    bencher.bench(|| model.board().svg());
}

#[divan::bench(args = [100, 300, 1_000])]
fn svg_by_elements(bencher: Bencher<'_, '_>, elements: usize) {
    let model = of_size(elements);
    bencher.bench(|| model.board().svg());
}

#[divan::bench(args = [60])]
fn chaos_by_commands(bencher: Bencher<'_, '_>, commands: usize) {
    let model = generate::model(2, commands);
    bencher.bench(|| model.board().svg());
}

#[divan::bench(args = [300, 1_000])]
fn checks_by_elements(bencher: Bencher<'_, '_>, elements: usize) {
    let model = of_size(elements);
    bencher.bench(|| model.check());
}

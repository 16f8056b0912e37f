//! Draws boards of models that are made up, for those who measure boards.
//!
//! `cargo run -p eventstorming --example random_boards -- FOLDER COUNT`

#[path = "../tests/board/generate.rs"]
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a generator for tests"
)]
mod generate;

use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = env::args().skip(1);
    let folder = PathBuf::from(words.next().ok_or("name a folder")?);
    let count: u64 = words.next().ok_or("say how many boards")?.parse()?;
    fs::create_dir_all(&folder)?;
    for seed in 0..count {
        let commands = usize::try_from(4 + seed * 5 % 40)?;
        let models = [
            ("model", generate::model(seed, commands)),
            ("process", generate::process(seed, commands)),
        ];
        for (name, model) in models {
            let file = folder.join(format!("{name}-{seed}.svg"));
            fs::write(file, model.board().svg())?;
        }
    }
    Ok(())
}

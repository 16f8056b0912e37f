//! `cargo eventstorming`: the model of a crate, drawn, documented and checked.
//!
//! The model is made by the crate itself: a small program that depends on it is written below the
//! target folder, built and run. It names the contexts that are found in the crate's sources, and
//! prints their model with the schemas of their events. Nothing has to be added to the crate.
//!
//! Another way would be to ask rustdoc for its JSON, which only the nightly toolchain has; or to
//! collect the contexts when the crate is linked, which loses some on some platforms.

mod args;
mod failure;
mod names;
mod out;
mod project;
mod released;
mod runner;
mod scan;
mod source;
mod task;

use std::process::ExitCode;

use clap::Parser as _;

use crate::{args::Cargo, out::Out};

fn main() -> ExitCode {
    let Cargo::Eventstorming(args) = Cargo::parse();
    let out = Out::new();
    match task::run(&args, &out) {
        Ok(task::Outcome::Clean) => ExitCode::SUCCESS,
        Ok(task::Outcome::Found) => ExitCode::from(1),
        Err(failure) => {
            out.fail(&failure);
            ExitCode::from(2)
        }
    }
}

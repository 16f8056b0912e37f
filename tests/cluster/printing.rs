use std::{fs::OpenOptions, io, io::Write as _, path::PathBuf};

use aether::runtime::{Adapter, Delivery};

use crate::{
    counters::Counted,
    echoes::{Press, Repeat},
};

/// Writes a line for whatever it is told of.
pub(crate) struct Printing {
    pub(crate) calls: PathBuf,
}

impl Adapter for Printing {
    type System = Press;
    type Notice = Counted;
    type Answer = Repeat;
    type Error = io::Error;

    async fn notify(&self, notice: Counted, _delivery: &Delivery) -> io::Result<Repeat> {
        let mut calls = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.calls)?;
        writeln!(calls, "{}", notice.counter)?;
        Ok(Repeat::of(&notice, "adapter"))
    }
}

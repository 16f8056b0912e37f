use std::{
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use aether::{
    CommandId,
    runtime::{Adapter, Delivery},
};

use super::shop::{Carrier, NotePickup, OrderShipped, is_poison};

/// Writes down what it is told, in a file that outlives the process.
#[derive(Clone)]
pub(super) struct Ledger {
    pub(super) file: PathBuf,
    /// Whether it takes every order.
    pub(super) is_repaired: bool,
}

/// An order, and the key under which the carrier was told of it.
pub(super) type Told = (String, CommandId);

/// Why the carrier does not take an order.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("nobody knows the address")]
    Address,
    #[error("it cannot be written down")]
    File(#[from] io::Error),
}

impl Adapter for Ledger {
    type System = Carrier;
    type Notice = OrderShipped;
    type Answer = NotePickup;
    type Error = Refused;

    async fn notify(
        &self,
        notice: OrderShipped,
        delivery: &Delivery,
    ) -> Result<NotePickup, Refused> {
        if is_poison(notice.number) && !self.is_repaired {
            return Err(Refused::Address);
        }
        let order = notice.order;
        let line = format!("{order} {}\n", delivery.idempotency_key);
        let mut file = File::options().append(true).create(true).open(&self.file)?;
        // One write, so that it is there whole or not at all.
        file.write_all(line.as_bytes())?;
        Ok(NotePickup { order })
    }
}

/// All that the carrier was told.
pub(super) fn told(file: &Path) -> io::Result<Vec<Told>> {
    let text = std::fs::read_to_string(file)?;
    let line = |line: &str| {
        let (order, key) = line.split_once(' ')?;
        Some((order.to_owned(), key.parse().ok()?))
    };
    let told = text.lines().map(line).collect::<Option<_>>();
    told.ok_or_else(|| io::Error::other("the carrier's ledger cannot be read"))
}

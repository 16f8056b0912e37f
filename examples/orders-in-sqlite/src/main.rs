//! Takes orders until it is killed: the database lies in the folder that is named.
//!
//! `orders-in-sqlite FOLDER` keeps the log in the folder as well, and prints the number of each
//! fiftieth order that is taken. Kill it, and start it again: it goes on, and the database has
//! every order of the log once. `orders-in-sqlite FOLDER nats://127.0.0.1:4222` keeps the log on a
//! server, and may be started several times at once. With a third argument, `2`, it is a later
//! build, to which the tables mean something else: it makes them anew, and takes over.

use std::{
    error::Error,
    io::Write as _,
    path::{Path, PathBuf},
};

use aether::{Aether, DynEventStore, EmbeddedEventStore, EventStore as _, JetStreamEventStore};
use aether_orders_in_sqlite::{Ordering, PlaceOrder, SqliteTotals, Totals};

type Outcome = Result<(), Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome {
    let mut args = std::env::args().skip(1);
    let folder = PathBuf::from(args.next().ok_or("which folder?")?);
    let store = match args.next() {
        Some(url) => DynEventStore::new(JetStreamEventStore::connect(&url).await?),
        None => DynEventStore::new(EmbeddedEventStore::open(folder.join("log")).await?),
    };
    match args.next().as_deref() {
        None | Some("1") => take_orders::<1>(store, &folder).await,
        Some("2") => take_orders::<2>(store, &folder).await,
        Some(other) => Err(format!("there is no build {other}").into()),
    }
}

async fn take_orders<const VERSION: u32>(store: DynEventStore, folder: &Path) -> Outcome {
    let totals: SqliteTotals<VERSION> = SqliteTotals::open(&folder.join("totals.db"))?;
    let aether = Aether::builder()
        .store(store.clone())
        .context::<Ordering>()
        .projection_store(totals.clone())
        .start()
        .await?;
    let mut order = store.head().await?.as_u64();
    loop {
        order += 1;
        let customer = format!("customer-{}", order % 7);
        let cents = i64::try_from(order % 100)?;
        let place = PlaceOrder {
            order,
            customer: customer.clone(),
            cents,
        };
        aether.send(place).await?;
        if order.is_multiple_of(50) {
            // It is read in the database, once what was sent is there.
            aether.wait_for::<Totals>(store.head().await?).await?;
            let placed = totals.of(&customer).await?;
            let orders = placed.orders;
            writeln!(std::io::stdout(), "{order}: {customer} has {orders} orders")?;
        }
        if order.is_multiple_of(400) {
            // It goes on while orders are taken; what is read is the old state until it is done.
            drop(aether.rebuild::<Totals>().await?);
        }
    }
}

//! Takes orders until it is killed: the log and the database lie in the folder that is named.
//!
//! `orders-in-sqlite FOLDER` prints the number of each order that is taken. Kill it, and start it
//! again: it goes on, and the database has every order of the log once.

use std::{error::Error, io::Write as _, path::PathBuf};

use aether::{Aether, EmbeddedEventStore, EventStore as _};
use aether_orders_in_sqlite::{Ordering, PlaceOrder, SqliteTotals, Totals};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    let folder = PathBuf::from(folder);
    let store = EmbeddedEventStore::open(&folder.join("log")).await?;
    let totals: SqliteTotals = SqliteTotals::open(&folder.join("totals.db"))?;
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

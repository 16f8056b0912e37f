use aether::{DynEventStore, EventStore as _, Page, StoreError, Version};

use super::{
    args::HistoryArgs, failure::Failure, outcome::Outcome, place::Use, screen::Screen, table::Table,
};

/// Shows the events of an actor.
pub(crate) async fn history(args: HistoryArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let store = args.store.open(Use::Read).await?;
    let (table, mut left) = (Table::new(screen), args.limit.unwrap_or(usize::MAX));
    let mut at = if args.backwards {
        Version::END
    } else {
        args.after
    };
    loop {
        let page = page(&store, &args, at).await?;
        for recorded in &page.commits {
            let events = recorded.commit.events().iter();
            let mut events: Vec<_> = events.filter(|event| event.version > args.after).collect();
            if args.backwards {
                events.reverse();
            }
            for event in events.into_iter().take(left) {
                table.event((recorded.position, recorded.commit.id()), event)?;
                left -= 1;
            }
        }
        let (first, last) = (page.first_version(), page.last_version());
        match (page.more && left > 0, args.backwards, first, last) {
            (true, true, Some(first), _) if first > args.after => at = first,
            (true, false, _, Some(last)) => at = last,
            _ => return Ok(Outcome::Well),
        }
    }
}

async fn page(store: &DynEventStore, args: &HistoryArgs, at: Version) -> Result<Page, StoreError> {
    if args.backwards {
        store.read_back(&args.actor, at).await
    } else {
        store.read(&args.actor, at).await
    }
}

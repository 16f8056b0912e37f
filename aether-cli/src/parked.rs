use std::io::{self, Write as _};

use aether::{
    ActorId, DynEventStore, Position, StoreError, Timestamp,
    runtime::parking::{self, Parked},
};
use serde::Serialize;

use super::{
    args::{OrderArgs, ParkedArgs},
    failure::Failure,
    outcome::Outcome,
    place::Use,
    screen::Screen,
    table::plain,
};

/// Something that is parked, as programs are shown it.
#[derive(Serialize)]
struct Row<'a> {
    follower: &'a str,
    actor: &'a ActorId,
    position: Position,
    attempts: u32,
    since: Timestamp,
    waiting: usize,
    retried: bool,
    reason: &'a str,
}

/// What is to become of what is parked.
#[derive(Clone, Copy)]
pub(crate) enum Order {
    Retry,
    Discard,
}

/// How much was ordered, as programs are told it.
#[derive(Serialize)]
struct Ordered {
    ordered: usize,
}

/// Shows what followers have parked.
pub(crate) async fn list(args: ParkedArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let store = args.store.open(Use::Read).await?;
    let parked = parked(&store, args.follower.as_deref()).await?;
    for it in &parked {
        show(it, screen)?;
    }
    if parked.is_empty() && !screen.json {
        Screen::say("nothing is parked");
    }
    Ok(if parked.is_empty() {
        Outcome::Well
    } else {
        Outcome::Findings
    })
}

/// Orders what is parked to be tried once more, or to be skipped.
pub(crate) async fn order(
    args: OrderArgs,
    order: Order,
    screen: &Screen,
) -> Result<Outcome, Failure> {
    let store = args.parked.store.open(Use::Read).await?;
    let parked = parked(&store, args.parked.follower.as_deref()).await?;
    let is_meant = |it: &&Parked| args.all || args.actors.contains(&it.actor_id);
    let meant: Vec<_> = parked.iter().filter(is_meant).collect();
    for it in &meant {
        let actors = [it.actor_id.clone()];
        match order {
            Order::Retry => parking::retry(&store, &it.follower, &actors).await?,
            Order::Discard => parking::discard(&store, &it.follower, &actors).await?,
        }
    }
    let ordered = meant.len();
    let text = match order {
        Order::Retry => format!("{ordered} are to be tried once more"),
        Order::Discard => format!("{ordered} are to be skipped"),
    };
    screen.sum_up(&text, &Ordered { ordered })?;
    let mut unknown = args.actors.iter();
    let unknown = unknown.find(|actor| meant.iter().all(|it| it.actor_id != **actor));
    if let Some(actor) = unknown {
        Screen::say(&format!("nothing is parked of {actor}"));
        return Ok(Outcome::Findings);
    }
    Ok(Outcome::Well)
}

/// What a follower has parked, or all of them.
async fn parked(store: &DynEventStore, of: Option<&str>) -> Result<Vec<Parked>, StoreError> {
    let followers = match of {
        Some(follower) => vec![follower.to_owned()],
        None => parking::followers(store).await?,
    };
    let mut all = Vec::new();
    for follower in followers {
        all.extend(parking::parked(store, &follower).await?);
    }
    Ok(all)
}

fn show(parked: &Parked, screen: &Screen) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let Parked {
        follower,
        actor_id: actor,
        position,
        reason,
        attempts,
        since,
        waiting,
        is_retried: retried,
        ..
    } = parked;
    if screen.json {
        let row = Row {
            follower,
            actor,
            position: *position,
            attempts: *attempts,
            since: *since,
            waiting: *waiting,
            retried: *retried,
            reason,
        };
        let row = serde_json::to_string(&row)?;
        return Ok(writeln!(out, "{row}")?);
    }
    let state = if *retried { "retried" } else { "parked" };
    let line = format!(
        "{position:>8}  {since:.19}  {follower}  {actor}  {state} after {attempts}, \
         {waiting} behind it  {reason}"
    );
    Ok(writeln!(out, "{}", plain(&line))?)
}

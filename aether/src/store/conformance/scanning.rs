#![expect(
    clippy::missing_panics_doc,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use std::{pin::pin, time::Duration};

use futures_util::{StreamExt as _, future::join};

use super::fixture::{actor, commit, fill, ok, positions, recorded, same};
use crate::{
    ActorId, Clock as _, EventStore, EventStoreExt as _, Position, Recorded, SystemClock,
    Timestamp, Version,
    store::{Direction, Entry, Span, Stretch},
};

/// Commits of two actors in turn, some of several events, as they lie in the log.
async fn mixed<S: EventStore>(store: &S, count: u64) -> Vec<Recorded> {
    let (actors, mut stored) = ([actor("left"), actor("right.*")], Vec::new());
    for index in 0..count {
        for actor in &actors {
            let commit = commit(actor, index * 2 + 1, 2);
            let receipt = ok(store.append(commit.clone()).await);
            stored.push(recorded(receipt, commit));
        }
    }
    stored
}

/// The commits of a part of the log, stretch by stretch.
async fn scanned<S: EventStore>(store: &S, span: Span) -> Vec<Recorded> {
    let (mut commits, mut rest) = (Vec::new(), Some(span));
    while let Some(span) = rest {
        let stretch = ok(store.scan(span).await);
        check(&span, &stretch);
        commits.extend(stretch.entries.into_iter().map(|entry| ok(entry.commit())));
        rest = stretch.rest;
    }
    commits
}

/// A stretch lies in the part it was read from, and what is left lies beyond it.
fn check(span: &Span, stretch: &Stretch) {
    for entry in &stretch.entries {
        let at = entry.position();
        assert!(span.after < at && at <= span.until, "{at} in {span:?}");
    }
    if let (Some(last), Some(rest)) = (stretch.entries.last(), &stretch.rest) {
        let (at, beyond) = (last.position(), *rest);
        match span.direction {
            Direction::Forwards => assert!(beyond.after >= at, "{beyond:?} after {at}"),
            Direction::Backwards => assert!(beyond.until < at, "{beyond:?} before {at}"),
        }
        assert!(!beyond.is_empty(), "an empty part is left");
    }
    let idle = stretch.entries.is_empty() && stretch.rest.is_some();
    assert!(!idle, "nothing was read, but something is left");
}

/// A scan gives every commit of the part that was asked for, oldest first, and then ends.
pub async fn a_scan_gives_a_part_of_the_log_and_ends<S: EventStore>(store: &S) {
    let none = ok(store.scan(Span::ALL).await);
    assert!(none.entries.is_empty() && none.rest.is_none(), "{none:?}");
    let stored = mixed(store, 12).await;
    same(&scanned(store, Span::ALL).await, &stored);
    for (first, last) in [(0, 24), (1, 24), (0, 1), (5, 17), (23, 24), (7, 7)] {
        let span = part(&stored, first, last);
        let wanted = stored.split_at(last).0.split_at(first).1;
        same(&scanned(store, span).await, wanted);
        let back = scanned(store, span.backwards()).await;
        let forwards: Vec<_> = back.into_iter().rev().collect();
        same(&forwards, wanted);
    }
    let beyond = Span::after(ok(store.head().await));
    assert_eq!(scanned(store, beyond).await, []);
    assert_eq!(scanned(store, beyond.backwards()).await, []);
}

/// The part of the log that holds the commits from index `first` to before index `last`.
fn part(stored: &[Recorded], first: usize, last: usize) -> Span {
    let before = |index: usize| {
        let before = index.checked_sub(1).and_then(|index| stored.get(index));
        before.map_or(Position::START, |recorded| recorded.position)
    };
    Span::after(before(first)).until(before(last))
}

/// A scan backwards gives the same commits, newest first.
pub async fn a_scan_backwards_gives_the_same_newest_first<S: EventStore>(store: &S) {
    let mut stored = mixed(store, 600).await;
    same(&scanned(store, Span::ALL).await, &stored);
    stored.reverse();
    same(&scanned(store, Span::ALL.backwards()).await, &stored);
    let newest = pin!(store.commits(Span::ALL.backwards()));
    let newest: Vec<_> = newest.take(3).map(ok).collect().await;
    same(&newest, stored.split_at(3).0);
}

/// What is stored while a part of the log is being read is not in it.
pub async fn a_scan_ends_where_the_log_ended_when_it_began<S: EventStore>(store: &S) {
    let (stored, late) = (mixed(store, 10).await, actor("late"));
    let first = ok(store.scan(Span::ALL).await);
    let rest = first.rest;
    let scan = async { scanned(store, Span::ALL).await };
    let (seen, _) = join(scan, fill(store, &late, 30)).await;
    let seen_of_before: Vec<_> = seen.iter().take(stored.len()).cloned().collect();
    same(&seen_of_before, &stored);
    let mut more = first.entries.len();
    if let Some(rest) = rest {
        more += scanned(store, rest).await.len();
    }
    assert_eq!(more, stored.len(), "what came later is not in the part");
}

/// A scan gives what is read, whatever its form: nothing that can be read is called unreadable.
pub async fn an_entry_of_a_sound_log_is_a_commit<S: EventStore>(store: &S) {
    let stored = mixed(store, 3).await;
    let mut entries = pin!(store.entries(Span::ALL));
    let mut seen = Vec::new();
    while let Some(entry) = entries.next().await {
        match ok(entry) {
            Entry::Commit(recorded) => seen.push(recorded),
            Entry::Unreadable(unreadable) => ok(Err(unreadable.error)),
        }
    }
    same(&positions(&seen), &positions(&stored));
}

/// An actor's history backwards is its history, newest first.
pub async fn a_history_is_read_backwards<S: EventStore>(store: &S) {
    let (long, other) = (actor("long"), actor("other"));
    assert!(
        ok(store.read_back(&long, Version::END).await)
            .commits
            .is_empty()
    );
    let mut stored = Vec::new();
    for index in 0..150 {
        let commit = commit(&long, index * 3 + 1, 3);
        let receipt = ok(store.append(commit.clone()).await);
        stored.push(recorded(receipt, commit));
        if index % 10 == 0 {
            ok(store.append(self::commit(&other, index / 10 + 1, 1)).await);
        }
    }
    for (before, kept) in [
        (u64::MAX, 150),
        (451, 150),
        (450, 150),
        (449, 150),
        (448, 149),
        (301, 100),
        (5, 2),
        (4, 1),
        (2, 1),
        (1, 0),
        (0, 0),
    ] {
        let read = history_back(store, &long, Version::new(before)).await;
        let forwards: Vec<_> = read.into_iter().rev().collect();
        let wanted = stored.split_at(kept).0;
        assert_eq!(positions(&forwards), positions(wanted), "before {before}");
        same(&forwards, wanted);
    }
}

/// All commits of an actor before a version, page by page, newest first.
async fn history_back<S: EventStore>(store: &S, actor: &ActorId, before: Version) -> Vec<Recorded> {
    let (mut commits, mut before) = (Vec::new(), before);
    loop {
        let page = ok(store.read_back(actor, before).await);
        let (first, more) = (page.first_version(), page.more);
        commits.extend(page.commits);
        match first {
            Some(first) if more => before = first,
            _ => {
                assert!(!more, "a page without commits says that there are more");
                return commits;
            }
        }
    }
}

/// What is read back to a place in the log is all that lies behind it, and next to nothing else.
pub async fn a_history_is_read_back_to_a_place<S: EventStore>(store: &S) {
    let (long, other) = (actor("long"), actor("other"));
    let page = store.read_back_to(&long, Version::END, Position::START);
    assert_eq!(ok(page.await).commits, []);
    let mut stored = Vec::new();
    for index in 0..150 {
        ok(store.append(commit(&other, index + 1, 1)).await);
        let commit = commit(&long, index * 2 + 1, 2);
        let receipt = ok(store.append(commit.clone()).await);
        stored.push(recorded(receipt, commit));
    }
    let positions = positions(&stored);
    for since in [0, 1, 70, 148, 149] {
        for beside in [false, true] {
            let at = positions.get(since).map_or(0, |it| it.as_u64());
            // A place at which this actor has nothing is one as well.
            let place = Position::new(at - u64::from(beside));
            for before in [u64::MAX, 301, 201, 3] {
                let read = read_back_to(store, &long, Version::new(before), place).await;
                let wanted = |it: &&Recorded| {
                    it.position > place && it.commit.expected().next() < Version::new(before)
                };
                let wanted: Vec<_> = stored.iter().filter(wanted).cloned().collect();
                let forwards: Vec<_> = read.into_iter().rev().collect();
                same(&forwards, &wanted);
            }
        }
    }
}

/// The commits of an actor before a version that lie behind a place, page by page, newest first.
async fn read_back_to<S: EventStore>(
    store: &S,
    actor: &ActorId,
    before: Version,
    place: Position,
) -> Vec<Recorded> {
    let (mut commits, mut before) = (Vec::new(), before);
    loop {
        let page = ok(store.read_back_to(actor, before, place).await);
        let too_old = page
            .commits
            .iter()
            .skip(1)
            .filter(|it| it.position <= place);
        assert_eq!(too_old.count(), 0, "back to {place}");
        let (first, more) = (page.first_version(), page.more);
        let behind = page.commits.into_iter().filter(|it| it.position > place);
        commits.extend(behind);
        match first {
            Some(first) if more => before = first,
            _ => return commits,
        }
    }
}

/// The clock of the machine, some milliseconds from now.
async fn later<S: EventStore>(store: &S) -> Timestamp {
    let wanted = SystemClock.now().after(Duration::from_millis(20));
    while SystemClock.now() < wanted {
        ok(store.head().await);
    }
    wanted
}

/// What was stored before a moment lies up to its place in the log, what came later after it.
///
/// The clock of the store must agree with that of the machine to within 20 ms.
pub async fn a_moment_is_a_place_in_the_log<S: EventStore>(store: &S) {
    let begin = SystemClock.now();
    assert_eq!(ok(store.stored_before(begin).await), Position::START);
    let (mut moments, mut stored) = (vec![later(store).await], Vec::new());
    for name in ["one", "two", "three"] {
        later(store).await;
        stored.extend(fill(store, &actor(name), 4).await);
        later(store).await;
        moments.push(later(store).await);
    }
    for (index, moment) in moments.iter().enumerate() {
        let place = ok(store.stored_before(*moment).await);
        let (before, after) = stored.split_at(index * 4);
        same(&scanned(store, Span::ALL.until(place)).await, before);
        same(&scanned(store, Span::after(place)).await, after);
    }
    let (first, last) = (Timestamp::UNIX_EPOCH, begin.after(Duration::from_hours(1)));
    assert_eq!(ok(store.stored_before(first).await), Position::START);
    assert_eq!(ok(store.stored_before(last).await), ok(store.head().await));
}

/// A namespace is listed as soon as something is stored in it, and once.
pub async fn a_namespace_is_listed_once_it_holds_a_commit<S: EventStore>(store: &S) {
    let listed = async || {
        let all = ok(store.namespaces().await);
        assert!(all.is_sorted());
        all.iter().filter(|it| *it == store.namespace()).count()
    };
    assert_eq!(listed().await, 0);
    fill(store, &actor("listed"), 2).await;
    assert_eq!(listed().await, 1);
}

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{
    Parking,
    orders::{self, Orders, What},
};
use crate::{
    ActorId, Checkpoint, Position, ReaderState, StoreError, Timestamp,
    runtime::{backoff::Backoff, retries::Retries},
};

/// What a follower has parked.
#[derive(Debug)]
pub(in crate::runtime) struct Lot {
    follower: String,
    /// How to park; none if nothing more is to be parked.
    parking: Option<Parking>,
    retries: Retries,
    /// Whether reasons may be kept: they may quote what is to be forgotten one day.
    keeps_reasons: bool,
    places: BTreeMap<ActorId, Place>,
    /// How many commits there are in all.
    commits: usize,
    /// Whether something has changed since it was kept.
    is_changed: bool,
    next_look: Instant,
}

#[derive(Debug)]
struct Place {
    entry: Entry,
    backoff: Backoff,
    /// When it is tried again; none if it waits for an order.
    retry_at: Option<Instant>,
}

/// What is parked of an actor, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) actor: ActorId,
    pub(super) reason: String,
    pub(super) attempts: u32,
    pub(super) since: Timestamp,
    pub(super) given_up: bool,
    /// The last order that was followed, or that was given before.
    order: u64,
    /// The commit that cannot be handled, and those that wait behind it.
    pub(super) positions: VecDeque<Position>,
}

/// What could not be handled.
pub(in crate::runtime) struct Failed<'a> {
    pub(in crate::runtime) actor: &'a ActorId,
    pub(in crate::runtime) position: Position,
    pub(in crate::runtime) reason: String,
    /// Whether it will fail each time.
    pub(in crate::runtime) for_good: bool,
}

impl Entry {
    pub(super) fn first(&self) -> Position {
        self.positions.front().copied().unwrap_or_default()
    }
}

impl Lot {
    /// How often orders are looked for, as long as something is parked.
    const LOOK: Duration = Duration::from_millis(500);
    /// The most characters of a reason that are kept.
    const REASON: usize = 500;

    /// What a follower had parked when it was kept last.
    pub(in crate::runtime) fn open(
        follower: &str,
        (parking, retries): (Option<Parking>, Retries),
        keeps_reasons: bool,
        kept: &Checkpoint,
    ) -> Result<Self, StoreError> {
        let entries: Vec<Entry> = orders::read(kept, follower)?.unwrap_or_default();
        let now = Instant::now();
        let commits = entries.iter().map(|it| it.positions.len()).sum();
        let places = entries.into_iter().map(|entry| {
            let place = Place {
                backoff: retries.backoff(),
                retry_at: (!entry.given_up).then_some(now),
                entry,
            };
            (place.entry.actor.clone(), place)
        });
        Ok(Self {
            follower: follower.to_owned(),
            parking,
            retries,
            keeps_reasons,
            places: places.collect(),
            commits,
            is_changed: false,
            next_look: now,
        })
    }

    /// The same, as it was kept last, by whichever process.
    pub(in crate::runtime) fn reopened(&self, kept: &Checkpoint) -> Result<Self, StoreError> {
        let rules = (self.parking, self.retries);
        Self::open(&self.follower, rules, self.keeps_reasons, kept)
    }

    /// Puts a commit behind what is parked of its actor; false if nothing is, or there is no room.
    pub(in crate::runtime) fn queue(&mut self, actor: &ActorId, position: Position) -> bool {
        let is_full = self.is_full();
        let Some(place) = self.places.get_mut(actor) else {
            return false;
        };
        if place.entry.positions.back() >= Some(&position) {
            return true;
        }
        if is_full {
            return false;
        }
        place.entry.positions.push_back(position);
        self.commits += 1;
        self.is_changed = true;
        true
    }

    pub(in crate::runtime) fn holds(&self, actor: &ActorId) -> bool {
        self.places.contains_key(actor)
    }

    /// Whether what cannot be handled is parked.
    pub(in crate::runtime) const fn parks(&self) -> bool {
        self.parking.is_some()
    }

    pub(in crate::runtime) fn is_full(&self) -> bool {
        let parking = self.parking.unwrap_or_default();
        self.commits >= parking.at_most
    }

    fn attempts(&self) -> u32 {
        self.parking.unwrap_or_default().attempts
    }

    /// Parks a commit. Orders that were given before do not concern it.
    pub(in crate::runtime) fn park(
        &mut self,
        failed: &Failed<'_>,
        orders: &Orders,
        now: Timestamp,
    ) {
        let mut place = Place {
            entry: Entry {
                actor: failed.actor.clone(),
                reason: String::new(),
                attempts: 0,
                since: now,
                given_up: false,
                order: orders.last,
                positions: VecDeque::from([failed.position]),
            },
            backoff: self.retries.backoff(),
            retry_at: None,
        };
        place.fail(failed, self.attempts(), self.keeps_reasons);
        self.places.insert(failed.actor.clone(), place);
        self.commits += 1;
        self.is_changed = true;
        self.next_look = self.next_look.max(Instant::now() + Self::LOOK);
    }

    /// Notes that a commit that is parked failed once more.
    pub(in crate::runtime) fn fail(&mut self, failed: &Failed<'_>) {
        let attempts = self.attempts();
        if let Some(place) = self.places.get_mut(failed.actor) {
            place.fail(failed, attempts, self.keeps_reasons);
            self.is_changed = true;
        }
    }

    /// Tries a commit again later, without counting that it was tried.
    pub(in crate::runtime) fn postpone(&mut self, actor: &ActorId) {
        if let Some(place) = self.places.get_mut(actor) {
            place.retry_at = Some(Instant::now() + place.backoff.next());
        }
    }

    /// The first commit of an actor is handled, or discarded: the next one follows.
    pub(in crate::runtime) fn pass(&mut self, actor: &ActorId) {
        let Some(place) = self.places.get_mut(actor) else {
            return;
        };
        place.entry.positions.pop_front();
        place.retry_at = Some(Instant::now());
        place.backoff.reset();
        place.entry.attempts = 0;
        place.entry.given_up = false;
        self.commits = self.commits.saturating_sub(1);
        self.is_changed = true;
        if place.entry.positions.is_empty() {
            self.places.remove(actor);
        }
    }

    /// Does what was ordered.
    pub(in crate::runtime) fn follow(&mut self, orders: &Orders) {
        self.next_look = Instant::now() + Self::LOOK;
        let mut discarded = Vec::new();
        for (actor, place) in &mut self.places {
            let ordered = orders.after(actor, place.entry.order).next();
            let Some((number, what)) = ordered else {
                continue;
            };
            place.entry.order = number;
            self.is_changed = true;
            match what {
                What::Retry => {
                    place.retry_at = Some(Instant::now());
                    place.entry.given_up = false;
                    place.backoff.reset();
                }
                What::Discard => discarded.push(actor.clone()),
            }
        }
        for actor in discarded {
            tracing::warn!(follower = self.follower, %actor, "what was parked is discarded");
            self.pass(&actor);
        }
    }

    /// An actor whose first commit is to be tried now, and where that lies.
    pub(in crate::runtime) fn due(&self, now: Instant) -> Option<(ActorId, Position)> {
        let mut places = self.places.values();
        let due = places.find(|it| it.retry_at.is_some_and(|at| at <= now))?;
        Some((due.entry.actor.clone(), due.entry.first()))
    }

    /// Whether it is time to look for orders.
    pub(in crate::runtime) fn is_to_look(&self, now: Instant) -> bool {
        !self.places.is_empty() && self.next_look <= now
    }

    /// Orders are looked for later.
    pub(in crate::runtime) fn look_later(&mut self) {
        self.next_look = Instant::now() + Self::LOOK;
    }

    /// When there is something to do next; none if nothing is parked.
    pub(in crate::runtime) fn next(&self) -> Option<Instant> {
        let retries = self.places.values().filter_map(|it| it.retry_at);
        let look = (!self.places.is_empty()).then_some(self.next_look);
        retries.chain(look).min()
    }

    /// Whether something has changed since it was kept.
    pub(in crate::runtime) const fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// What is to be kept; none if nothing is parked.
    pub(in crate::runtime) fn state(&self) -> Result<Option<ReaderState>, StoreError> {
        if self.places.is_empty() {
            return Ok(None);
        }
        let entries: Vec<_> = self.places.values().map(|it| &it.entry).collect();
        orders::write(&entries, &self.follower).map(Some)
    }

    /// What has changed is kept.
    pub(in crate::runtime) const fn is_kept(&mut self) {
        self.is_changed = false;
    }

    /// How many actors something is parked of, and of how many of them it is tried again by
    /// itself.
    pub(in crate::runtime) fn counts(&self) -> (usize, usize) {
        let retried = self.places.values().filter(|it| it.retry_at.is_some());
        (self.places.len(), retried.count())
    }

    #[cfg(test)]
    fn list(&self) -> Vec<super::Parked> {
        let places = self.places.values();
        places
            .map(|it| super::Parked::of(&self.follower, &it.entry))
            .collect()
    }
}

impl Place {
    fn fail(&mut self, failed: &Failed<'_>, most: u32, keeps_reasons: bool) {
        self.entry.reason = if keeps_reasons {
            failed.reason.chars().take(Lot::REASON).collect()
        } else {
            "the reason may hold personal data, and is only in the trace of the process".to_owned()
        };
        self.entry.attempts += 1;
        self.entry.given_up = failed.for_good || self.entry.attempts >= most;
        let wait = self.backoff.next();
        self.retry_at = (!self.entry.given_up).then(|| Instant::now() + wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Clock as _, SystemClock};

    fn actor(text: &str) -> ActorId {
        ActorId::new(text).unwrap()
    }

    fn failed(actor: &ActorId, position: u64, for_good: bool) -> Failed<'_> {
        Failed {
            actor,
            position: Position::new(position),
            reason: "it does not fit".to_owned(),
            for_good,
        }
    }

    fn lot(parking: Parking) -> Lot {
        Lot::open(
            "policy/P",
            (Some(parking), Retries::new()),
            true,
            &Checkpoint::default(),
        )
        .unwrap()
    }

    fn park(lot: &mut Lot, actor: &ActorId, position: u64, for_good: bool) {
        let orders = Orders::default();
        lot.park(
            &failed(actor, position, for_good),
            &orders,
            SystemClock.now(),
        );
    }

    #[test]
    fn what_follows_of_an_actor_waits_in_its_order_and_once() {
        let (mut lot, a) = (lot(Parking::new()), actor("a"));
        assert!(!lot.queue(&a, Position::new(1)));
        park(&mut lot, &a, 2, true);
        for position in [2, 5, 7, 5, 7] {
            assert!(lot.queue(&a, Position::new(position)));
        }
        assert!(!lot.queue(&actor("b"), Position::new(8)));
        let list = lot.list();
        assert_eq!((list.len(), list[0].waiting), (1, 2));
        assert_eq!(list[0].position, Position::new(2));
        assert_eq!(lot.due(Instant::now()), None, "it waits for an order");
        lot.pass(&a);
        assert_eq!(lot.due(Instant::now()), Some((a.clone(), Position::new(5))));
        lot.pass(&a);
        lot.pass(&a);
        assert_eq!((lot.counts(), lot.next()), ((0, 0), None));
    }

    #[test]
    fn what_may_pass_is_tried_until_it_was_tried_too_often() {
        let (mut lot, a) = (lot(Parking::new().attempts(3)), actor("a"));
        park(&mut lot, &a, 1, false);
        let later = Instant::now() + Duration::from_mins(1);
        for attempts in 1..3 {
            assert_eq!((lot.list()[0].attempts, lot.counts()), (attempts, (1, 1)));
            assert!(lot.due(later).is_some());
            lot.fail(&failed(&a, 1, false));
        }
        assert_eq!((lot.counts(), lot.due(later)), ((1, 0), None));
    }

    #[test]
    fn where_there_is_no_room_nothing_is_taken() {
        let (mut lot, a) = (lot(Parking::new().at_most(2)), actor("a"));
        park(&mut lot, &a, 1, true);
        assert!(lot.queue(&a, Position::new(2)));
        assert!(lot.is_full());
        assert!(!lot.queue(&a, Position::new(3)));
        assert!(lot.queue(&a, Position::new(2)), "it is there already");
    }

    #[test]
    fn what_is_kept_is_found_again() {
        let (mut before, a) = (lot(Parking::new()), actor("a"));
        park(&mut before, &a, 1, true);
        before.queue(&a, Position::new(4));
        assert!(before.is_changed());
        let state = before.state().unwrap();
        let kept = Checkpoint {
            position: Position::new(9),
            state,
        };
        let after = Lot::open(
            "policy/P",
            (Some(Parking::new()), Retries::new()),
            true,
            &kept,
        )
        .unwrap();
        assert_eq!(after.list(), before.list());
        assert_eq!((after.commits, after.counts()), (2, (1, 0)));
    }
}

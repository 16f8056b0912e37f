use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::{Commit, Event, OutgoingCommand, Timer};

/// What happens to timers; numbers are small, so that they meet.
#[derive(Debug, Clone)]
enum Step {
    /// An actor commits: which command it handles, and its timers: a key, and when it is due.
    Commit(u8, Option<usize>, Vec<(u8, Option<u64>)>),
    /// All that is due fires.
    Fire(u64),
    /// It is kept and read again.
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let change = (0..3_u8, proptest::option::of(0..6_u64));
    let handled = proptest::option::of(0..20_usize);
    prop_oneof![
        6 => (0..3_u8, handled, proptest::collection::vec(change, 0..4))
            .prop_map(|(actor, handled, changes)| Step::Commit(actor, handled, changes)),
        2 => (0..6_u64).prop_map(Step::Fire),
        1 => Just(Step::Restart),
    ]
}

/// The plainest reading of what pending timers are: a list.
struct Naive {
    scope: TimerScope,
    list: Vec<DueTimer>,
}

impl Naive {
    fn remove(&mut self, actor: &ActorId, key: &str) {
        let scope = self.scope;
        self.list.retain(|it| {
            let same_owner = scope == TimerScope::Shared || it.actor_id == *actor;
            !(same_owner && &*it.key == key)
        });
    }

    fn apply(&mut self, recorded: &Recorded) {
        let commit = &recorded.commit;
        self.list
            .retain(|it| Some(it.command_id) != commit.command_id());
        for (number, change) in (0..).zip(commit.timers()) {
            match change {
                TimerChange::Cancel(key) => self.remove(commit.actor_id(), key),
                TimerChange::Set(timer) => {
                    self.remove(commit.actor_id(), &timer.key);
                    self.list.push(DueTimer {
                        due: timer.due,
                        actor_id: commit.actor_id().clone(),
                        after: commit.expected(),
                        position: recorded.position,
                        number,
                        key: Arc::from(&*timer.key),
                        command_id: timer.command.id,
                    });
                }
            }
        }
        self.list.sort_by_key(|it| (it.due, it.position, it.number));
    }
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH.after(Duration::from_secs(seconds))
}

fn change(key: u8, due: Option<u64>, ids: &mut Vec<CommandId>) -> TimerChange {
    let key = format!("k{key}");
    let Some(due) = due else {
        return TimerChange::Cancel(key);
    };
    let command = OutgoingCommand {
        id: CommandId::new(),
        command: "Ring".into(),
        key: "7".to_owned(),
        data: Payload::of(&()).unwrap(),
    };
    ids.push(command.id);
    TimerChange::Set(Timer {
        key,
        due: at(due),
        command,
    })
}

fn run(scope: TimerScope, steps: Vec<Step>) {
    let (mut timers, list) = (PendingTimers::new(scope), Vec::new());
    let (mut naive, mut ids) = (Naive { scope, list }, Vec::new());
    for (position, step) in (1..).zip(steps) {
        match step {
            Step::Commit(actor, handled, changes) => {
                let event = Event::new(format!("A.{actor}"), position, "Set", &()).unwrap();
                let mut commit = Commit::new([event]).unwrap();
                if let Some(id) = handled.and_then(|nth| ids.get(nth)) {
                    commit = commit.caused_by(*id);
                }
                for (key, due) in changes {
                    commit = commit.changing(change(key, due, &mut ids));
                }
                let position = Position::new(position);
                let recorded = Recorded { position, commit };
                timers.apply(&recorded);
                naive.apply(&recorded);
            }
            Step::Fire(now) => {
                while let Some(due) = timers.next(at(now)) {
                    assert!(naive.list.first() == Some(&due) && due.due <= at(now));
                    naive.list.remove(0);
                    assert!(timers.fired(&due));
                    assert!(!timers.fired(&due), "it fires once");
                }
                assert!(naive.list.first().is_none_or(|it| it.due > at(now)));
            }
            Step::Restart => {
                let kept = timers.to_payload().unwrap();
                timers = PendingTimers::from_payload(scope, &kept).unwrap();
            }
        }
        assert_eq!(timers.iter().collect::<Vec<_>>(), naive.list);
        assert_eq!(timers.next_due(), naive.list.first().map(|it| it.due));
        let sizes = [
            timers.turns.len(),
            timers.names.len(),
            timers.commands.len(),
        ];
        assert_eq!(sizes, [naive.list.len(); 3], "nothing is left behind");
    }
}

proptest! {
    #[test]
    fn they_are_what_a_plain_list_would_be(steps in proptest::collection::vec(step(), 0..60)) {
        run(TimerScope::Actor, steps);
    }

    #[test]
    fn they_are_what_a_plain_list_would_be_with_names_that_all_share(
        steps in proptest::collection::vec(step(), 0..60)
    ) {
        run(TimerScope::Shared, steps);
    }
}

#[test]
fn a_timer_takes_as_many_bytes_as_is_said() {
    let mut ids = Vec::new();
    let mut timers = PendingTimers::new(TimerScope::Actor);
    let count = 1_000;
    for number in 1..=count {
        let event = Event::new(format!("Ticket.{number:06}"), 1, "Set", &()).unwrap();
        let commit = Commit::new([event]).unwrap();
        let commit = commit.changing(change(1, Some(number), &mut ids));
        let position = Position::new(number + 1_000_000);
        timers.apply(&Recorded { position, commit });
    }
    let kept = timers.to_payload().unwrap().as_bytes().len();
    let texts = "Ticket.000001".len() + "k1".len();
    let each = kept / usize::try_from(count).unwrap() - texts;
    assert!((70..=110).contains(&each), "{each} bytes each");
}

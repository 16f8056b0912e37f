use super::*;
use crate::cluster::{FencingToken, Incarnation, NodeId, ShardCount, TableChange};

const HERE: &str = "here";

fn node(id: &str) -> NodeProcess {
    NodeId::new(id).unwrap().process(Incarnation(1))
}

fn shard(number: u32) -> Shard {
    ShardCount::new(4).unwrap().shard(number).unwrap()
}

fn at(millis: u64) -> Monotonic {
    Monotonic::after(Duration::from_millis(millis))
}

fn limits() -> HostLimits {
    HostLimits {
        held: 2,
        held_bytes: 100,
        ..HostLimits::default()
    }
}

/// A host, and the table as its cluster has it.
struct Scene {
    host: ShardHost<&'static str>,
    table: ShardTable,
    now: u64,
}

type Said = Vec<HostOutput<&'static str>>;

impl Scene {
    /// Shard 0 is here, shard 1 there, and the host knows it.
    fn new() -> Self {
        let mut scene = Self {
            host: ShardHost::new(node(HERE), limits()),
            table: ShardTable::new(ShardCount::new(4).unwrap()),
            now: 0,
        };
        scene.change([
            TableChange::Own(shard(0), node(HERE)),
            TableChange::Own(shard(1), node("there")),
        ]);
        scene
    }

    fn step(&mut self, input: HostInput<&'static str>) -> Said {
        self.host.step(at(self.now), input)
    }

    /// Writes a table of which the host does not hear.
    fn unheard(&mut self, changes: impl IntoIterator<Item = TableChange>) {
        self.table = self.table.changed(FencingToken(1), changes).unwrap();
    }

    fn change(&mut self, changes: impl IntoIterator<Item = TableChange>) -> Said {
        self.unheard(changes);
        let table = self.table.clone();
        self.step(HostInput::Table(table))
    }

    /// A message of ten bytes, sent by a table so much later than the host's.
    fn arrive(&mut self, number: u32, message: &'static str, later: u64) -> Said {
        let known = self.host.table().map_or(0, |it| it.epoch().0);
        self.step(HostInput::Arrived {
            shard: shard(number),
            epoch: Epoch(known + later),
            message,
            size: 10,
        })
    }

    fn tick(&mut self, later: u64) -> Said {
        self.now += later;
        self.step(HostInput::Tick)
    }

    /// Gives a message out, and says of which tenure.
    fn dispatch(&mut self, message: &'static str) -> Tenure {
        match self.arrive(0, message, 0).as_slice() {
            [
                HostOutput::Dispatch {
                    tenure,
                    message: it,
                    ..
                },
            ] if *it == message => *tenure,
            other => panic!("{other:?}"),
        }
    }

    fn release(&self) -> HostOutput<&'static str> {
        HostOutput::Release {
            shard: shard(0),
            to: node("there"),
            epoch: self.table.epoch(),
        }
    }
}

fn begin(number: u32, since: u64, seized: u64) -> HostOutput<&'static str> {
    HostOutput::Begin {
        shard: shard(number),
        since: Epoch(since),
        seized: Epoch(seized),
    }
}

fn forward(message: &'static str) -> HostOutput<&'static str> {
    let (shard, to) = (shard(0), node("there"));
    HostOutput::Forward { shard, to, message }
}

fn refuse(message: &'static str, refusal: Refusal) -> HostOutput<&'static str> {
    HostOutput::Refuse { message, refusal }
}

fn moving() -> [TableChange; 1] {
    [TableChange::Move(shard(0), node("there"))]
}

#[test]
fn what_is_here_is_served_from_the_first_table_that_says_so() {
    let mut scene = Scene::new();
    assert!(scene.host.serves(shard(0)) && !scene.host.serves(shard(1)));
    let again = scene.table.clone();
    assert_eq!(scene.step(HostInput::Table(again)), []);
    assert_eq!(scene.change([]), []);
}

#[test]
fn a_later_process_of_a_node_has_nothing_of_what_the_one_before_had() {
    let mut scene = Scene::new();
    let later = node(HERE).node.process(Incarnation(2));
    scene.host = ShardHost::new(later.clone(), limits());
    assert_eq!(scene.change([]), []);
    assert!(!scene.host.serves(shard(0)));
    let said = scene.change([TableChange::Own(shard(0), later)]);
    assert_eq!(said, [begin(0, 3, 3)]);
}

#[test]
fn a_message_is_for_who_has_the_shard() {
    let mut scene = Scene::new();
    scene.dispatch("mine");
    let moved = Refusal::Moved {
        epoch: Epoch(1),
        owner: Some(node("there")),
    };
    assert_eq!(scene.arrive(1, "theirs", 0), [refuse("theirs", moved)]);
    let nobodys = Refusal::Moved {
        epoch: Epoch(1),
        owner: None,
    };
    assert_eq!(
        scene.arrive(2, "nobody's", 0),
        [refuse("nobody's", nobodys)]
    );
}

#[test]
fn a_shard_is_released_when_what_runs_is_finished_and_what_came_since_is_sent_on_in_order() {
    let mut scene = Scene::new();
    let tenure = scene.dispatch("first");
    assert_eq!(scene.change(moving()), []);
    assert_eq!(scene.arrive(0, "second", 0), []);
    let (shard, finished) = (shard(0), scene.release());
    assert_eq!(
        scene.step(HostInput::Finished { shard, tenure }),
        [finished]
    );
    assert_eq!(scene.arrive(0, "third", 0), []);
    assert_eq!(scene.host.held(), 2);
    let said = scene.change([TableChange::HandOver(shard)]);
    assert_eq!(said, [forward("second"), forward("third")]);
    assert_eq!(scene.host.held(), 0);
}

#[test]
fn a_shard_without_work_is_released_at_once_and_again_until_a_table_answers() {
    let mut scene = Scene::new();
    let said = scene.change(moving());
    assert_eq!(said, [scene.release()]);
    assert_eq!(scene.tick(249), []);
    assert_eq!(scene.host.next_wake(), Some(at(250)));
    assert_eq!(scene.tick(1), [scene.release()]);
    // Of another table it is said at once, so that no leader waits for what an earlier one heard.
    let said = scene.change([]);
    assert_eq!(said, [scene.release()]);
    scene.change([TableChange::HandOver(shard(0))]);
    assert_eq!(scene.tick(1_000), []);
}

#[test]
fn more_than_may_wait_is_given_back() {
    let mut scene = Scene::new();
    scene.change(moving());
    assert_eq!(scene.arrive(0, "a", 0), []);
    assert_eq!(scene.arrive(0, "b", 0), []);
    assert_eq!(scene.arrive(0, "c", 0), [refuse("c", Refusal::Busy)]);
    let mut scene = Scene::new();
    scene.change(moving());
    let large = |message| HostInput::Arrived {
        shard: shard(0),
        epoch: Epoch(2),
        message,
        size: 1_000,
    };
    assert_eq!(scene.step(large("larger than all room")), []);
    assert_eq!(scene.arrive(0, "d", 0), [refuse("d", Refusal::Busy)]);
}

#[test]
fn a_move_that_is_called_off_goes_on_where_it_stopped() {
    let mut scene = Scene::new();
    let tenure = scene.dispatch("first");
    scene.change(moving());
    scene.arrive(0, "second", 0);
    let message = "second";
    let shard = shard(0);
    let dispatched = HostOutput::Dispatch {
        shard,
        tenure,
        message,
    };
    assert_eq!(scene.change([TableChange::Stay(shard)]), [dispatched]);
}

#[test]
fn a_move_that_is_called_off_after_the_release_begins_anew() {
    let mut scene = Scene::new();
    scene.change(moving());
    let said = scene.change([TableChange::Stay(shard(0))]);
    assert_eq!(said, [begin(0, 1, 0)]);
}

#[test]
fn a_shard_says_since_when_it_is_here_and_when_it_was_last_taken() {
    let move_here = TableChange::Move(shard(1), node(HERE));
    let mut scene = Scene::new();
    let said = scene.change([move_here.clone()]);
    assert_eq!(said, [HostOutput::Warm(shard(1))]);
    assert_eq!(scene.change([]), []);
    let said = scene.change([TableChange::HandOver(shard(1))]);
    assert_eq!(said, [begin(1, 4, 0)]);

    let mut scene = Scene::new();
    scene.change([move_here]);
    let said = scene.change([TableChange::Own(shard(1), node(HERE))]);
    assert_eq!(said, [begin(1, 3, 3)]);
}

#[test]
fn a_shard_that_was_away_in_tables_that_were_missed_begins_anew() {
    let mut scene = Scene::new();
    let tenure = scene.dispatch("running");
    scene.unheard([TableChange::Own(shard(0), node("there"))]);
    let said = scene.change([TableChange::Own(shard(0), node(HERE))]);
    assert_eq!(said, [HostOutput::Lose(shard(0)), begin(0, 3, 3)]);
    assert_ne!(scene.dispatch("again"), tenure);
    // What was missed and has no part in it changes nothing.
    scene.unheard([TableChange::Own(shard(1), node("elsewhere"))]);
    assert_eq!(scene.change([]), []);
}

#[test]
fn what_comes_before_its_table_waits_for_it() {
    let mut scene = Scene::new();
    assert_eq!(scene.arrive(1, "early", 2), []);
    // This is not the table yet.
    assert_eq!(
        scene
            .change([TableChange::Move(shard(1), node(HERE))])
            .len(),
        1
    );
    let said = scene.change([TableChange::HandOver(shard(1))]);
    let begun = begin(1, 3, 0);
    assert_eq!(said.first(), Some(&begun));
    assert!(matches!(
        said.as_slice(),
        [
            _,
            HostOutput::Dispatch {
                message: "early",
                ..
            }
        ]
    ));
}

#[test]
fn what_comes_before_a_table_that_gives_the_shard_to_another_goes_back() {
    let mut scene = Scene::new();
    assert_eq!(scene.arrive(1, "early", 1), []);
    let moved = Refusal::Moved {
        epoch: Epoch(2),
        owner: Some(node("there")),
    };
    assert_eq!(scene.change([]), [refuse("early", moved)]);
}

#[test]
fn what_comes_before_a_table_that_never_comes_goes_back() {
    let mut scene = Scene::new();
    assert_eq!(scene.arrive(1, "early", 9), []);
    assert_eq!(scene.host.next_wake(), Some(at(2_000)));
    assert_eq!(scene.tick(1_999), []);
    assert_eq!(scene.tick(1), [refuse("early", Refusal::Busy)]);
    assert_eq!(scene.host.next_wake(), None);
}

#[test]
fn a_shard_that_is_taken_away_is_lost_and_what_waits_is_sent_on() {
    let mut scene = Scene::new();
    let tenure = scene.dispatch("running");
    scene.change(moving());
    scene.arrive(0, "waiting", 0);
    let own = |id| [TableChange::Own(shard(0), node(id))];
    let said = scene.change(own("there"));
    assert_eq!(said, [HostOutput::Lose(shard(0)), forward("waiting")]);
    // What was running then is not taken for what runs when the shard is here again.
    scene.change(own(HERE));
    let again = scene.dispatch("again");
    assert_ne!(again, tenure);
    scene.change(moving());
    let shard = shard(0);
    assert_eq!(scene.step(HostInput::Finished { shard, tenure }), []);
    let (tenure, released) = (again, scene.release());
    assert_eq!(
        scene.step(HostInput::Finished { shard, tenure }),
        [released]
    );
}

#[test]
fn who_is_taken_for_dead_gives_up_everything() {
    let mut scene = Scene::new();
    scene.arrive(1, "early", 1);
    let said = scene.step(HostInput::Dismissed);
    let busy = refuse("early", Refusal::Busy);
    assert_eq!(said, [HostOutput::Lose(shard(0)), busy]);
    assert!(!scene.host.serves(shard(0)));
}

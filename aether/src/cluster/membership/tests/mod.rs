use std::{num::NonZeroU32, sync::Arc, time::Duration};

use super::*;
use crate::cluster::Epoch;

mod model;

fn process(id: &str) -> NodeProcess {
    NodeId::new(id).unwrap().process(Incarnation(1))
}

fn at(millis: u64) -> Monotonic {
    Monotonic::after(Duration::from_millis(millis))
}

fn heartbeat(process: &NodeProcess, server: &str) -> Heartbeat {
    Heartbeat {
        process: process.clone(),
        server: Arc::from(server),
        version: Arc::from("1"),
        load: 0,
        weight: NonZeroU32::MIN,
        availability: Availability::Active,
        epoch: Epoch(0),
    }
}

/// Members of these names, each on the server named beside it, heard at the origin.
fn membership<const N: usize>(members: [(&str, &str); N]) -> Membership<FixedTimeout> {
    let mut membership = Membership::new(MembershipTiming::default(), FixedTimeout::default());
    for (id, server) in members {
        let heard = MembershipInput::Heard(heartbeat(&process(id), server));
        let joined = membership.step(at(0), heard);
        assert_eq!(joined, [MembershipOutput::Joined(process(id))]);
    }
    membership
}

fn pinged(outputs: &[MembershipOutput]) -> Vec<(u64, &str)> {
    let pings = outputs.iter().filter_map(|it| {
        let MembershipOutput::Ping { ping, process } = it else {
            return None;
        };
        Some((*ping, process.node.as_str()))
    });
    pings.collect()
}

fn alive(ping: u64, server: &str) -> MembershipInput {
    let answer = PingAnswer::Alive(Arc::from(server));
    MembershipInput::Answered { ping, answer }
}

fn nobody(ping: u64) -> MembershipInput {
    let answer = PingAnswer::NoResponders;
    MembershipInput::Answered { ping, answer }
}

fn died(id: &str, cause: DeathCause) -> MembershipOutput {
    MembershipOutput::Died(process(id), cause)
}

/// Three members on one server, of which `a` is said to have no responders; the pings.
fn doubted() -> Membership<FixedTimeout> {
    let mut membership = membership([("a", "s"), ("b", "s"), ("c", "s"), ("d", "t")]);
    let outputs = membership.step(at(1), MembershipInput::NoResponders(process("a")));
    assert_eq!(outputs[0], MembershipOutput::Suspected(process("a")));
    assert_eq!(pinged(&outputs), [(1, "a"), (2, "b"), (3, "c")]);
    membership
}

#[test]
fn a_process_that_alone_on_its_server_has_no_responders_is_dead_at_once() {
    let mut membership = doubted();
    assert_eq!(membership.step(at(2), nobody(1)), []);
    assert_eq!(membership.step(at(2), alive(2, "s")), []);
    let outputs = membership.step(at(3), alive(3, "s"));
    assert_eq!(outputs, [died("a", DeathCause::Disconnected)]);
    assert_eq!(membership.members().len(), 3);
}

#[test]
fn if_several_on_a_server_have_no_responders_they_may_connect_to_another() {
    let mut membership = doubted();
    membership.step(at(2), nobody(1));
    let outputs = membership.step(at(2), nobody(2));
    assert_eq!(outputs, [MembershipOutput::Suspected(process("b"))]);
    assert_eq!(membership.step(at(3), alive(3, "s")), []);
    let again = membership.step(at(153), MembershipInput::Tick);
    assert_eq!(pinged(&again), [(4, "a"), (5, "b")]);
    let trusted = membership.step(at(154), alive(4, "t"));
    assert_eq!(trusted, [MembershipOutput::Trusted(process("a"))]);
    // The other does not connect anew: its silence shows.
    assert_eq!(membership.step(at(155), nobody(5)), []);
    assert!(membership.is_suspect(&process("b")));
    for id in ["a", "c", "d"] {
        let heard = MembershipInput::Heard(heartbeat(&process(id), "t"));
        membership.step(at(300), heard);
    }
    for millis in [400, 600, 800, 999] {
        assert_eq!(membership.step(at(millis), MembershipInput::Tick), []);
    }
    let outputs = membership.step(at(1_000), MembershipInput::Tick);
    assert_eq!(outputs, [died("b", DeathCause::Silent)]);
}

#[test]
fn a_process_that_is_the_only_one_on_its_server_may_connect_to_another() {
    let mut membership = membership([("a", "s"), ("b", "t")]);
    let outputs = membership.step(at(1), MembershipInput::NoResponders(process("a")));
    assert_eq!(pinged(&outputs), [(1, "a")]);
    assert_eq!(membership.step(at(2), nobody(1)), [asked(2, "s")]);
    assert_eq!(membership.next_wake(), at(152));
    let again = membership.step(at(152), MembershipInput::Tick);
    assert_eq!(pinged(&again), [(3, "a")]);
}

fn asked(question: u64, server: &str) -> MembershipOutput {
    let server = Arc::from(server);
    MembershipOutput::AskServer { question, server }
}

#[test]
fn a_process_that_was_alone_on_a_server_which_answers_is_dead() {
    let mut membership = membership([("a", "s"), ("b", "t")]);
    membership.step(at(1), MembershipInput::NoResponders(process("a")));
    assert_eq!(membership.step(at(2), nobody(1)), [asked(2, "s")]);
    let other = MembershipInput::ServerAnswered { question: 1 };
    assert_eq!(membership.step(at(3), other), []);
    let answered = MembershipInput::ServerAnswered { question: 2 };
    let outputs = membership.step(at(3), answered);
    assert_eq!(outputs, [died("a", DeathCause::Disconnected)]);
}

#[test]
fn that_its_server_answers_says_nothing_of_a_process_that_was_heard_since() {
    let mut membership = membership([("a", "s"), ("b", "t")]);
    membership.step(at(1), MembershipInput::NoResponders(process("a")));
    membership.step(at(2), nobody(1));
    let heard = MembershipInput::Heard(heartbeat(&process("a"), "t"));
    let trusted = membership.step(at(3), heard);
    assert_eq!(trusted, [MembershipOutput::Trusted(process("a"))]);
    let answered = MembershipInput::ServerAnswered { question: 2 };
    assert_eq!(membership.step(at(4), answered.clone()), []);
    membership.step(at(5), MembershipInput::NoResponders(process("a")));
    assert_eq!(membership.step(at(6), answered), []);
}

#[test]
fn an_answer_from_another_server_does_not_vouch_for_this_one() {
    let mut membership = membership([("a", "s"), ("b", "s"), ("c", "t")]);
    membership.step(at(1), MembershipInput::NoResponders(process("a")));
    assert_eq!(membership.step(at(2), nobody(1)), []);
    // `b` was quicker to connect anew, and leaves `a` alone on a server that may be gone.
    assert_eq!(membership.step(at(3), alive(2, "t")), [asked(3, "s")]);
    assert!(membership.is_suspect(&process("a")));
    let heard = MembershipInput::Heard(heartbeat(&process("a"), "t"));
    let trusted = membership.step(at(60), heard);
    assert_eq!(trusted, [MembershipOutput::Trusted(process("a"))]);
}

#[test]
fn a_heartbeat_that_was_under_way_does_not_save_a_process_that_is_gone() {
    let mut membership = doubted();
    membership.step(at(2), nobody(1));
    let heard = MembershipInput::Heard(heartbeat(&process("a"), "s"));
    assert_eq!(membership.step(at(2), heard), []);
    membership.step(at(2), alive(2, "s"));
    let outputs = membership.step(at(3), alive(3, "s"));
    assert_eq!(outputs, [died("a", DeathCause::Disconnected)]);
}

#[test]
fn a_process_that_leaves_two_pings_unanswered_is_dead() {
    let mut membership = membership([("a", "s"), ("b", "s")]);
    let outputs = membership.step(at(1), MembershipInput::TimedOut(process("a")));
    assert_eq!(pinged(&outputs), [(1, "a")]);
    assert_eq!(membership.next_wake(), at(151));
    let outputs = membership.step(at(151), MembershipInput::Tick);
    assert_eq!(pinged(&outputs), [(2, "a")]);
    let outputs = membership.step(at(301), MembershipInput::Tick);
    assert_eq!(outputs, [died("a", DeathCause::Unanswered)]);
}

#[test]
fn one_answer_ends_the_doubt() {
    let mut membership = membership([("a", "s"), ("b", "s")]);
    membership.step(at(1), MembershipInput::TimedOut(process("a")));
    membership.step(at(151), MembershipInput::Tick);
    let outputs = membership.step(at(300), alive(2, "s"));
    assert_eq!(outputs, [MembershipOutput::Trusted(process("a"))]);
    // What is told late, or twice, changes nothing.
    assert_eq!(membership.step(at(301), nobody(1)), []);
    assert_eq!(membership.step(at(302), nobody(2)), []);
    assert!(!membership.is_suspect(&process("a")));
}

#[test]
fn an_answer_to_a_ping_from_before_the_complaint_does_not_clear_anyone() {
    let mut membership = membership([("a", "s"), ("b", "s")]);
    membership.step(at(1), MembershipInput::TimedOut(process("a")));
    let outputs = membership.step(at(2), MembershipInput::NoResponders(process("a")));
    assert_eq!(pinged(&outputs), [(2, "b")]);
    let outputs = membership.step(at(3), alive(1, "s"));
    assert_eq!(pinged(&outputs), [(3, "a")]);
    assert!(membership.is_suspect(&process("a")));
}

#[test]
fn an_answer_to_a_ping_from_before_the_complaint_vouches_for_no_server() {
    let mut membership = membership([("a", "s"), ("b", "s")]);
    membership.step(at(1), MembershipInput::TimedOut(process("b")));
    let outputs = membership.step(at(2), MembershipInput::NoResponders(process("a")));
    assert_eq!(pinged(&outputs), [(2, "a")]);
    membership.step(at(3), nobody(2));
    let outputs = membership.step(at(4), alive(1, "s"));
    assert_eq!(outputs, [MembershipOutput::Trusted(process("b"))]);
    assert!(membership.is_suspect(&process("a")));
}

#[test]
fn a_heartbeat_from_before_a_server_went_does_not_make_a_witness_for_it() {
    let mut membership = membership([("a", "s"), ("b", "s"), ("c", "t")]);
    membership.step(at(1), MembershipInput::NoResponders(process("a")));
    membership.step(at(2), alive(2, "t"));
    let late = MembershipInput::Heard(heartbeat(&process("b"), "s"));
    membership.step(at(3), late);
    assert_eq!(membership.step(at(4), nobody(1)), []);
    assert!(membership.is_suspect(&process("a")));
}

#[test]
fn a_process_is_pinged_once_however_many_complain() {
    let mut membership = membership([("a", "s"), ("b", "s")]);
    let mut pings = 0;
    for _ in 0..1_000 {
        let timed_out = MembershipInput::TimedOut(process("a"));
        pings += pinged(&membership.step(at(1), timed_out)).len();
    }
    assert_eq!(pings, 1);
}

#[test]
fn a_dead_process_is_dismissed_and_its_next_incarnation_joins() {
    let mut membership = membership([("a", "s"), ("b", "s")]);
    for millis in [250, 500, 750] {
        membership.step(at(millis), MembershipInput::Tick);
    }
    let outputs = membership.step(at(1_000), MembershipInput::Tick);
    let dead = ["a", "b"].map(|id| died(id, DeathCause::Silent));
    assert_eq!(outputs, dead);
    let heard = MembershipInput::Heard(heartbeat(&process("a"), "s"));
    let outputs = membership.step(at(1_001), heard);
    assert_eq!(outputs, [MembershipOutput::Dismiss(process("a"))]);
    let next = process("a").node.process(Incarnation(2));
    let heard = MembershipInput::Heard(heartbeat(&next, "s"));
    let outputs = membership.step(at(1_002), heard);
    assert_eq!(outputs, [MembershipOutput::Joined(next)]);
}

#[test]
fn a_later_incarnation_takes_the_place_of_the_one_before() {
    let mut membership = membership([("a", "s")]);
    let next = process("a").node.process(Incarnation(2));
    let heard = MembershipInput::Heard(heartbeat(&next, "s"));
    let outputs = membership.step(at(1), heard);
    let replaced = died("a", DeathCause::Replaced);
    assert_eq!(outputs, [replaced, MembershipOutput::Joined(next)]);
    let old = MembershipInput::Heard(heartbeat(&process("a"), "s"));
    let outputs = membership.step(at(2), old);
    assert_eq!(outputs, [MembershipOutput::Dismiss(process("a"))]);
}

#[test]
fn a_process_that_left_is_gone() {
    let mut membership = membership([("a", "s")]);
    let outputs = membership.step(at(1), MembershipInput::Leaves(process("a")));
    assert_eq!(outputs, [MembershipOutput::Left(process("a"))]);
    assert_eq!(membership.members().len(), 0);
    let again = membership.step(at(2), MembershipInput::Leaves(process("a")));
    assert_eq!(again, []);
}

#[test]
fn a_node_that_was_paused_holds_the_silence_against_nobody() {
    let mut membership = membership([("a", "s"), ("b", "s")]);
    let outputs = membership.step(at(60_000), MembershipInput::Tick);
    assert_eq!(outputs, []);
    for millis in [60_250, 60_500, 60_750] {
        assert_eq!(membership.step(at(millis), MembershipInput::Tick), []);
    }
    let outputs = membership.step(at(61_000), MembershipInput::Tick);
    assert_eq!(outputs.len(), 2);
}

#[test]
fn a_node_that_is_cut_off_holds_the_silence_against_nobody() {
    let mut membership = membership([("a", "s"), ("b", "s")]);
    membership.step(at(1), MembershipInput::TimedOut(process("a")));
    membership.step(at(10), MembershipInput::Disconnected);
    for millis in (200..5_000).step_by(200) {
        assert_eq!(membership.step(at(millis), MembershipInput::Tick), []);
        assert!(membership.next_wake() > at(millis));
    }
    let outputs = membership.step(at(5_000), MembershipInput::Connected);
    assert_eq!(pinged(&outputs), [(2, "a")]);
    let outputs = membership.step(at(5_001), alive(2, "s"));
    assert_eq!(outputs, [MembershipOutput::Trusted(process("a"))]);
}

const SEEDS: u64 = 300;

#[test]
fn the_living_are_never_taken_for_dead_and_the_dead_are_in_time() {
    let (mut deaths, mut quick) = (0, 0);
    for seed in 0..SEEDS {
        let run = model::Model::new(seed).run();
        let (died, witnessed) = run.unwrap_or_else(|violation| panic!("seed {seed}: {violation}"));
        deaths += died;
        quick += witnessed;
    }
    assert!(
        deaths > 3 * SEEDS,
        "{deaths} deaths in {SEEDS} runs show little"
    );
    assert!(
        quick > SEEDS / 10,
        "{quick} quick deaths in {SEEDS} runs show little"
    );
}

use aether::{Commit, Event};
use serde_json::json;

use super::*;

/// A commit of an actor with events of these versions.
fn commit(actor: &str, versions: std::ops::RangeInclusive<u64>) -> Commit {
    let event = |version| Event::new(actor, version, "Counted", &json!({ "n": version })).unwrap();
    Commit::new(versions.map(event)).unwrap()
}

fn recorded(position: u64, commit: &Commit) -> Recorded {
    let (position, commit) = (Position::new(position), commit.clone());
    Recorded { position, commit }
}

fn trial(commit: &Commit, answers: impl Into<Vec<Answer>>) -> Trial {
    together(&[commit], &[], answers)
}

/// A transaction, with guards on actors at versions.
fn together(commits: &[&Commit], guards: &[(&str, u64)], answers: impl Into<Vec<Answer>>) -> Trial {
    let guard = |(actor, version): &(&str, u64)| {
        let actor = ActorId::new(actor).unwrap();
        (actor, Version::new(*version))
    };
    let guards: Vec<_> = guards.iter().map(guard).collect();
    let commits: Vec<_> = commits.iter().copied().cloned().collect();
    Trial {
        answers: answers.into(),
        ..Trial::together(commits, guards)
    }
}

fn stored(position: u64, version: u64) -> Answer {
    Answer::Stored(vec![receipt(position, version)])
}

fn receipt(position: u64, version: u64) -> Receipt {
    Receipt {
        position: Position::new(position),
        version: Version::new(version),
    }
}

fn conflict(attempted: u64, current: u64) -> Answer {
    conflict_of("a", attempted, current)
}

fn conflict_of(actor: &str, attempted: u64, current: u64) -> Answer {
    Answer::Conflict {
        actor: ActorId::new(actor).unwrap(),
        attempted: Version::new(attempted),
        current: Version::new(current),
    }
}

/// The kinds of what is found.
fn found(trials: &[Trial], log: &[Recorded]) -> Vec<String> {
    let readings = Readings {
        log,
        others: &[("another one", log)],
        histories: &[],
    };
    let violations = check(trials, &readings);
    violations.iter().map(Violation::kind).collect()
}

/// Two commits of one actor and one of another, all acknowledged.
fn three() -> ([Commit; 3], Vec<Trial>, Vec<Recorded>) {
    let commits = [commit("a", 1..=2), commit("b", 1..=1), commit("a", 3..=5)];
    let answers = [stored(1, 2), stored(4, 1), stored(6, 5)];
    let trials = commits.iter().zip(answers);
    let trials = trials
        .map(|(commit, answer)| trial(commit, [answer]))
        .collect();
    let log = commits.iter().zip([1, 4, 6]);
    let log = log
        .map(|(commit, position)| recorded(position, commit))
        .collect();
    (commits, trials, log)
}

#[test]
fn a_history_in_which_all_is_well_is_passed() {
    let (commits, mut trials, log) = three();
    let late = commit("a", 1..=1);
    trials.extend([
        trial(&late, [conflict(1, 2), conflict(1, 5)]),
        trial(&commit("c", 1..=1), [Answer::Unavailable]),
        trial(
            &commit("a", 3..=3),
            [Answer::InDoubt, Answer::Unavailable, conflict(3, 5)],
        ),
    ]);
    trials[1] = trial(
        &commits[1],
        [
            Answer::Unavailable,
            Answer::Dropped,
            Answer::InDoubt,
            stored(4, 1),
            stored(4, 1),
            Answer::Unavailable,
        ],
    );
    assert_eq!(found(&trials, &log), [""; 0]);
}

#[test]
fn an_acknowledged_commit_that_is_not_in_the_log_is_lost() {
    let (_, trials, mut log) = three();
    log.pop();
    assert_eq!(found(&trials, &log), ["lost"]);
}

#[test]
fn a_commit_that_is_twice_in_the_log_is_doubled() {
    let (commits, trials, mut log) = three();
    log.push(recorded(7, &commits[2]));
    assert_eq!(found(&trials, &log), ["doubled", "overlap"]);
}

#[test]
fn a_commit_of_which_a_part_is_in_the_log_is_torn() {
    let (commits, trials, mut log) = three();
    let part = Commit::new(commits[2].events()[..2].to_vec()).unwrap();
    log[2] = recorded(6, &part.with_id(commits[2].id()));
    assert_eq!(found(&trials, &log), ["wrong receipt", "torn"]);
}

#[test]
fn a_commit_with_other_events_than_were_appended_is_torn() {
    let (commits, trials, mut log) = three();
    log[1] = recorded(4, &commit("b", 1..=1).with_id(commits[1].id()));
    assert_eq!(found(&trials, &log), ["torn"]);
}

#[test]
fn versions_that_are_left_out_are_a_gap() {
    let (_, mut trials, mut log) = three();
    let later = commit("a", 7..=7);
    trials.push(trial(&later, [stored(8, 7)]));
    log.push(recorded(8, &later));
    assert_eq!(found(&trials, &log), ["gap"]);
}

#[test]
fn a_version_that_two_commits_have_is_an_overlap() {
    let (_, mut trials, mut log) = three();
    let rival = commit("a", 3..=3);
    trials.push(trial(&rival, [stored(8, 3)]));
    log.push(recorded(8, &rival));
    assert_eq!(found(&trials, &log), ["overlap"]);
}

#[test]
fn commits_of_an_actor_in_the_wrong_order_are_noticed() {
    let (commits, mut trials, _) = three();
    trials.remove(1);
    let log = [recorded(1, &commits[2]), recorded(6, &commits[0])];
    let expected = ["gap", "overlap", "wrong receipt", "wrong receipt"];
    assert_eq!(found(&trials, &log), expected);
}

#[test]
fn positions_grow() {
    let (_, trials, mut log) = three();
    log.swap(0, 1);
    assert_eq!(found(&trials, &log), ["out of order"]);
}

#[test]
fn a_commit_that_nobody_appended_is_noticed() {
    let (_, trials, mut log) = three();
    log.push(recorded(9, &commit("z", 1..=1)));
    assert_eq!(found(&trials, &log), ["unknown"]);
}

#[test]
fn a_receipt_names_the_place_in_the_log_and_the_version() {
    for wrong in [stored(5, 5), stored(6, 4)] {
        let (commits, mut trials, log) = three();
        trials[2] = trial(&commits[2], [stored(6, 5), wrong]);
        assert_eq!(found(&trials, &log), ["wrong receipt"]);
    }
}

#[test]
fn no_conflict_is_answered_for_what_is_stored() {
    let (commits, mut trials, log) = three();
    trials[0] = trial(&commits[0], [conflict(1, 2)]);
    trials[2] = trial(&commits[2], [Answer::InDoubt, conflict(3, 5)]);
    assert_eq!(found(&trials, &log), ["denied", "denied"]);
}

#[test]
fn nothing_was_stored_is_not_answered_for_what_is_stored() {
    let (commits, mut trials, log) = three();
    trials[1] = trial(&commits[1], [Answer::Unavailable, Answer::Unavailable]);
    assert_eq!(found(&trials, &log), ["denied", "denied"]);
}

#[test]
fn a_conflict_names_a_version_that_stands_in_the_way() {
    // A version that no commit ends with, one of another actor's alone, one that is not in the
    // way, and a wrong attempt.
    for (actor, answer) in [
        ("a", conflict(3, 4)),
        ("b", conflict_of("b", 3, 5)),
        ("b", conflict(3, 5)),
        ("a", conflict(3, 2)),
        ("a", conflict(4, 5)),
    ] {
        let (_, mut trials, log) = three();
        trials.push(trial(&commit(actor, 3..=3), [answer]));
        assert_eq!(found(&trials, &log), ["false conflict"]);
    }
}

#[test]
fn what_is_in_doubt_comes_to_be_known() {
    let (commits, mut trials, log) = three();
    trials[0] = trial(&commits[0], [Answer::InDoubt, Answer::Unavailable]);
    trials.push(trial(&commit("c", 1..=1), [Answer::Dropped]));
    assert_eq!(found(&trials, &log), ["unresolved", "unresolved"]);
}

#[test]
fn a_refusal_without_need_is_noticed() {
    let (_, mut trials, log) = three();
    let refused = Answer::Refused("Misconfigured: no".to_owned());
    trials.push(trial(&commit("c", 1..=1), [refused]));
    assert_eq!(found(&trials, &log), ["refused"]);
}

#[test]
fn readers_see_the_same_log_and_the_same_histories() {
    let (commits, trials, log) = three();
    let actor = commits[2].actor_id().clone();
    let other = vec![recorded(4, &commits[1])];
    let histories = [
        (commits[0].actor_id().clone(), Ok(vec![log[0].clone()])),
        (commits[1].actor_id().clone(), Ok(other.clone())),
        (ActorId::new("nobody").unwrap(), Ok(other)),
        (actor.clone(), Err("no".to_owned())),
    ];
    let readings = Readings {
        log: &log,
        others: &[("another one", &log[..2])],
        histories: &histories,
    };
    let reason = "no".to_owned();
    let differ = |reader: &str, ours: Option<u64>, theirs: Option<u64>| Violation::ReadersDiffer {
        reader: reader.to_owned(),
        ours: ours.map(Position::new),
        theirs: theirs.map(Position::new),
    };
    let expected = [
        differ("who reads `a`", Some(6), None),
        differ("who reads `nobody`", None, Some(4)),
        Violation::Unreadable { actor, reason },
        differ("another one", Some(6), None),
    ];
    assert_eq!(check(&trials, &readings), expected);
}

/// A transaction of `a` and `c` that wants `b` at version 1, and what was before and after it.
fn four() -> ([Commit; 4], Vec<Trial>, Vec<Recorded>) {
    let commits = [
        commit("b", 1..=1),
        commit("a", 1..=2),
        commit("c", 1..=1),
        commit("b", 2..=2),
    ];
    let both = Answer::Stored(vec![receipt(5, 2), receipt(6, 1)]);
    let trials = vec![
        trial(&commits[0], [stored(1, 1)]),
        together(&[&commits[1], &commits[2]], &[("b", 1)], [both]),
        trial(&commits[3], [stored(7, 2)]),
    ];
    let log = commits.iter().zip([1, 5, 6, 7]);
    let log = log.map(|(commit, position)| recorded(position, commit));
    let log = log.collect();
    (commits, trials, log)
}

#[test]
fn a_transaction_that_is_whole_and_whose_guards_held_is_passed() {
    let (_, mut trials, log) = four();
    let [late, later] = [commit("d", 1..=1), commit("a", 3..=3)];
    trials.extend([
        together(&[&late], &[("b", 1)], [conflict_of("b", 2, 2)]),
        together(&[&late, &later], &[("b", 1)], [Answer::Unavailable]),
        together(
            &[&commit("a", 1..=1), &late],
            &[],
            [Answer::InDoubt, conflict(1, 2)],
        ),
    ]);
    assert_eq!(found(&trials, &log), [""; 0]);
}

#[test]
fn a_transaction_of_which_a_part_is_in_the_log_is_partial() {
    for missing in [1, 2] {
        let (commits, mut trials, mut log) = four();
        log.remove(missing);
        trials[1] = together(
            &[&commits[1], &commits[2]],
            &[("b", 1)],
            [Answer::Unavailable],
        );
        assert_eq!(found(&trials, &log), ["denied", "partial"]);
        trials[1].answers = vec![
            Answer::Dropped,
            Answer::Stored(vec![receipt(5, 2), receipt(6, 1)]),
        ];
        assert_eq!(found(&trials, &log), ["lost", "partial"]);
    }
}

#[test]
fn a_transaction_with_something_between_its_commits_is_apart() {
    let (commits, mut trials, mut log) = four();
    let (between, first) = (commit("z", 1..=1), commits[1].clone());
    trials.push(trial(&between, [stored(5, 1)]));
    trials[1].answers = vec![Answer::Stored(vec![receipt(4, 2), receipt(6, 1)])];
    log[1] = recorded(4, &first);
    log.insert(2, recorded(5, &between));
    assert_eq!(found(&trials, &log), ["apart"]);
}

#[test]
fn a_transaction_that_is_stored_although_a_guarded_actor_has_moved_is_noticed() {
    for wrong in [0, 2] {
        let (_, mut trials, log) = four();
        trials[1].guards[0].1 = Version::new(wrong);
        assert_eq!(found(&trials, &log), ["guard"]);
    }
}

#[test]
fn a_conflict_of_a_transaction_names_one_of_its_actors() {
    // A guard that holds, one that was not asked for, and an actor that is not in the way.
    for answer in [
        conflict_of("b", 3, 2),
        conflict_of("c", 1, 1),
        conflict_of("d", 1, 1),
    ] {
        let (_, mut trials, log) = four();
        trials.push(together(&[&commit("d", 1..=1)], &[("b", 2)], [answer]));
        assert_eq!(found(&trials, &log), ["false conflict"]);
    }
}

#[test]
fn a_transaction_has_a_receipt_for_each_of_its_commits() {
    let (_, mut trials, log) = four();
    trials[1].answers = vec![stored(5, 2)];
    assert_eq!(found(&trials, &log), ["wrong receipts"]);
}

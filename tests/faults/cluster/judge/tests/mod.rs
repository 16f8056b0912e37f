use std::time::Duration;

use super::{tables::Layout, *};
use crate::cluster::sighting::Sighting;

mod linearizable;

/// One account, in shard 0; another one, in shard 1.
const SHARDS: [u16; 2] = [0, 1];

/// An account to which one, two, three are added by `a`, and then by `b`, who has taken it.
fn log() -> Vec<Entry> {
    let mut log: Vec<_> = (1..=3).map(|it| entry(it, 10 + it, "a/1", 4)).collect();
    log.push(Entry {
        account: 0,
        version: 4,
        change: None,
        fence: Some(7),
    });
    log.push(entry(5, 14, "b/2", 7));
    log.push(entry(6, 15, "b/2", 7));
    log
}

/// A change by one, which makes as much as the number of the command shows.
fn entry(version: u64, number: u64, process: &str, since: u64) -> Entry {
    let made = Made {
        number,
        by: 1,
        total: i64::try_from(number).unwrap() - 10,
        process: Some((Arc::from(process), since)),
    };
    Entry {
        account: 0,
        version,
        change: Some(made),
        fence: None,
    }
}

/// The answers, each command begun after the one before was answered.
fn answers() -> Vec<Answer> {
    let done = [(11, 1), (12, 2), (13, 3), (14, 5), (15, 6)];
    let done = done.into_iter().map(|(number, version)| Answer {
        number,
        account: 0,
        by: 1,
        outcome: Outcome::Done {
            version,
            total: Some(i64::try_from(number).unwrap() - 10),
        },
        began: number * 10,
        ended: number * 10 + 5,
    });
    done.collect()
}

fn refused(total: i64, began: u64, ended: u64) -> Answer {
    Answer {
        number: 99,
        account: 0,
        by: -20,
        outcome: Outcome::Refused { total },
        began,
        ended,
    }
}

fn check(answers: &[Answer], log: &[Entry]) -> Vec<String> {
    let mut violations = check_log(log, &SHARDS);
    violations.extend(check_answers(answers, log));
    let words = violations.iter().map(ToString::to_string);
    words
        .map(|it| it.split(':').next().unwrap().to_owned())
        .collect()
}

/// What is found when the log is changed so.
fn found(spoil: impl FnOnce(&mut Vec<Entry>)) -> Vec<String> {
    let mut log = log();
    spoil(&mut log);
    check(&answers(), &log)
}

fn change(entry: &mut Entry) -> &mut Made {
    entry.change.as_mut().unwrap()
}

#[test]
fn a_sound_history_is_sound() {
    assert_eq!(check(&answers(), &log()), [""; 0]);
    let in_doubt = Answer {
        outcome: Outcome::InDoubt("nobody answers".to_owned()),
        ..refused(0, 0, 1)
    };
    let mut all = answers();
    all.push(in_doubt);
    assert_eq!(check(&all, &log()), [""; 0]);
}

#[test]
fn a_version_that_is_left_out_is_found() {
    let found = found(|log| log[5].version = 7);
    assert_eq!(found, ["gap", "wrong answer"]);
}

#[test]
fn a_version_that_was_overwritten_is_found() {
    let found = found(|log| log[1].version = 1);
    assert_eq!(found[0], "gap");
}

#[test]
fn an_acknowledged_command_that_is_not_there_is_found() {
    let found = found(|log| drop(log.pop()));
    assert_eq!(found, ["lost"]);
}

#[test]
fn a_command_that_takes_effect_twice_is_found() {
    let found = found(|log| {
        let mut again = entry(7, 15, "b/2", 7);
        change(&mut again).total = 6;
        log.push(again);
    });
    assert_eq!(found, ["twice"]);
}

#[test]
fn a_command_that_nobody_sent_is_found() {
    assert_eq!(found(|log| log.push(entry(7, 16, "b/2", 7))), ["of nobody"]);
}

#[test]
fn a_total_that_replay_does_not_give_is_found() {
    let found = found(|log| change(&mut log[5]).total = 9);
    assert_eq!(found, ["wrong total", "wrong answer"]);
}

#[test]
fn an_answer_that_replay_does_not_give_is_found() {
    for outcome in [
        Outcome::Done {
            version: 6,
            total: Some(4),
        },
        Outcome::Done {
            version: 5,
            total: None,
        },
    ] {
        let mut answers = answers();
        answers[4].outcome = outcome;
        assert_eq!(check(&answers, &log()), ["wrong answer"]);
    }
}

#[test]
fn one_that_writes_after_its_successor_is_found() {
    let found = found(|log| {
        let mut late = entry(7, 16, "a/1", 4);
        late.account = 0;
        log.push(late);
    });
    assert_eq!(found, ["late write", "of nobody"]);
}

#[test]
fn an_event_below_the_last_fence_is_found() {
    let found = found(|log| {
        change(&mut log[4]).process = Some((Arc::from("a/1"), 4));
    });
    assert_eq!(found, ["late write"]);
}

#[test]
fn a_fence_that_goes_back_is_found() {
    let found = found(|log| log[5].fence = Some(7));
    assert_eq!(found, ["fence goes back"]);
}

#[test]
fn two_who_have_a_shard_since_the_same_epoch_are_found() {
    let found = found(|log| {
        change(&mut log[5]).process = Some((Arc::from("c/1"), 7));
    });
    assert_eq!(found, ["two owners"]);
}

#[test]
fn a_command_that_is_before_one_that_was_answered_when_it_began_is_found() {
    let mut answers = answers();
    // It began when the last one was answered.
    (answers[0].began, answers[0].ended) = (200, 201);
    assert_eq!(check(&answers, &log()), ["out of order"]);
    // So it is in doubt, and took effect all the same.
    answers[0].outcome = Outcome::InDoubt(String::new());
    assert_eq!(check(&answers, &log()), ["out of order"]);
}

#[test]
fn a_refusal_is_held_to_what_was_there_while_it_was_made() {
    let with = |refused: Answer| {
        let mut answers = answers();
        answers.push(refused);
        check(&answers, &log())
    };
    // After the second command was answered, and before the third began.
    assert_eq!(with(refused(2, 126, 129)), [""; 0]);
    assert_eq!(with(refused(0, 1, 2)), [""; 0]);
    assert_eq!(with(refused(1, 126, 129)), ["wrong refusal"]);
    assert_eq!(with(refused(3, 126, 129)), ["wrong refusal"]);
    assert_eq!(with(refused(19, 1, 999)), ["wrong refusal"]);
    // While the third was under way, either was so.
    assert_eq!(with(refused(2, 131, 132)), [""; 0]);
    assert_eq!(with(refused(3, 131, 132)), [""; 0]);
    // There was enough.
    let enough = Answer {
        by: -1,
        ..refused(2, 126, 129)
    };
    assert_eq!(with(enough), ["wrong refusal"]);
    let mut answers = answers();
    answers[4].outcome = Outcome::Refused { total: 0 };
    assert_eq!(check(&answers, &log())[0], "refused and done");
}

#[test]
fn two_refusals_that_are_the_wrong_way_round_are_found() {
    let mut all = answers();
    // Both while the second and the third are under way.
    (all[1].ended, all[2].began) = (200, 121);
    (all[2].ended, all[3].began, all[4].began) = (201, 202, 203);
    (all[3].ended, all[4].ended) = (210, 211);
    let (early, late) = (refused(3, 130, 131), refused(2, 140, 141));
    let late = Answer { number: 98, ..late };
    all.extend([early, late]);
    assert_eq!(check(&all, &log()), ["wrong refusal"]);
    let other_way_round = [(5, 2), (6, 3)];
    for (place, total) in other_way_round {
        all[place].outcome = Outcome::Refused { total };
    }
    assert_eq!(check(&all, &log()), [""; 0]);
}

fn watched(who: &str, tables: &[(u64, u64, u64)]) -> Watched {
    let tables = tables.iter().map(|(epoch, token, owners)| Sighting {
        epoch: *epoch,
        token: *token,
        owners: *owners,
    });
    Watched {
        who: who.to_owned(),
        tables: tables.collect(),
    }
}

fn sighted(all: &[Watched]) -> Vec<String> {
    let violations = check_sightings(all).into_iter();
    violations
        .map(|it| it.to_string().split(':').next().unwrap().to_owned())
        .collect()
}

#[test]
fn tables_that_differ_or_go_back_are_found() {
    let sound = watched("a", &[(1, 1, 10), (2, 1, 20), (4, 3, 40)]);
    let with = |other: &[(u64, u64, u64)]| sighted(&[sound.clone(), watched("b", other)]);
    assert_eq!(with(&[(2, 1, 20), (3, 1, 30), (4, 3, 40)]), [""; 0]);
    assert_eq!(with(&[(2, 1, 21)]), ["tables differ"]);
    assert_eq!(with(&[(2, 1, 20), (1, 1, 10)]), ["epoch goes back"]);
    assert_eq!(with(&[(5, 2, 50)]), ["token goes back"]);
}

fn layout(epoch: u64, owners: &str) -> Layout {
    let owner = |it: char| (it != '-').then(|| it.to_string());
    Layout {
        epoch,
        owners: owners.chars().map(owner).collect(),
        is_moving: false,
    }
}

fn steps(owners: &[&str]) -> (usize, Vec<Violation>) {
    let history = owners.iter().zip(1..);
    let history: Vec<_> = history
        .map(|(owners, epoch)| layout(epoch, owners))
        .collect();
    check_steps(&history)
}

#[test]
fn a_step_that_moves_as_much_as_it_has_to_is_sound_and_any_other_is_found() {
    let needless = |moved, least| Violation::NeedlessMoves {
        epoch: 2,
        moved,
        least,
    };
    // One goes, one comes, nobody does.
    assert_eq!(steps(&["aabbcc", "abbbaa"]).1, [needless(3, 2)]);
    assert_eq!(steps(&["aabbcc", "aabbab"]), (1, Vec::new()));
    assert_eq!(steps(&["aaabbb", "aacbbc"]), (1, Vec::new()));
    assert_eq!(steps(&["aaabbb", "bacabc"]).1, [needless(4, 2)]);
    assert_eq!(steps(&["aaabbb", "aaabbb"]), (0, Vec::new()));
    assert_eq!(steps(&["aaabbb", "aabbba"]).1, [needless(2, 0)]);
    // What does not go round stays where more was.
    assert_eq!(steps(&["aabbb", "acbbc"]).1, [needless(2, 1)]);
    assert_eq!(steps(&["aabbb", "aacbb"]), (1, Vec::new()));
}

#[test]
fn what_is_on_the_way_is_no_step() {
    assert_eq!(steps(&["aabbcc", "aabb--", "aabbab"]), (1, Vec::new()));
    assert_eq!(steps(&["aabbcc", "aabbdd"]), (0, Vec::new()));
    assert_eq!(steps(&["aabbcc", "aadd-c", "aabbab"]), (0, Vec::new()));
}

#[test]
fn two_seconds_until_each_shard_has_its_node_are_not_late_and_more_are() {
    let healing = |millis| Healing {
        of: "node 0 killed".to_owned(),
        took: Duration::from_millis(millis),
    };
    let found = check_healing(&[healing(300), healing(2_000), healing(2_001)]);
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        ["healed late: node 0 killed: each shard has its node after 2.001s"]
    );
}

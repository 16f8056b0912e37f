use serde_json::json;

use super::*;
use crate::Commit;

fn counted(version: u64) -> Event {
    Event::new("counter-a", version, "Counted", &json!({ "at": version })).unwrap()
}

/// Three commits of one event each, with a command each, and what clients were told of the last.
fn history() -> (Vec<Recorded>, Vec<Option<CommandId>>, Acknowledged) {
    let log = (1..=3).map(|version| Recorded {
        position: Position::new(version),
        commit: Commit::new([counted(version)]).unwrap(),
    });
    let commands: Vec<_> = (0..3).map(|_| Some(CommandId::new())).collect();
    let told = Acknowledged {
        command: "Count",
        id: commands[2].unwrap(),
        actor_id: ActorId::new("counter-a").unwrap(),
        version: Version::new(3),
        position: Some(Position::new(3)),
        events: vec![counted(3)],
        since: Position::new(2),
    };
    (log.collect(), commands, told)
}

fn found(spoil: impl FnOnce(&mut Acknowledged)) -> Option<String> {
    let (log, commands, mut told) = history();
    spoil(&mut told);
    check(&log, &commands, &[told]).err().map(|it| it.what)
}

#[test]
fn what_is_sound_is_sound() {
    assert_eq!(found(|_| {}), None);
    assert_eq!(found(|told| told.events.clear()), None);
}

#[test]
fn an_answer_that_is_not_what_is_stored_is_found() {
    let what = Some("answers are what replay gives".to_owned());
    assert_eq!(found(|told| told.events = vec![counted(2)]), what);
    assert_eq!(found(|told| told.events.push(counted(4))), what);
}

#[test]
fn what_took_effect_before_it_was_sent_is_found() {
    let what = found(|told| told.since = Position::new(3));
    assert_eq!(what.unwrap(), "nothing takes effect before it is sent");
}

#[test]
fn what_was_acknowledged_and_is_not_there_is_found() {
    let what = Some("nothing acknowledged is lost".to_owned());
    assert_eq!(found(|told| told.version = Version::new(2)), what);
    assert_eq!(found(|told| told.position = Some(Position::new(4))), what);
    assert_eq!(found(|told| told.id = CommandId::new()), what);
}

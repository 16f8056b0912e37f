//! What the process that had some actors tells the one that gets them, as JSON: their names, and the
//! states of those that are not large. A reader leaves what it does not know.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    ActorId, ActorSnapshot, CommitId, CommitRef, Payload, Position, Sessions, Timestamp, Version,
};

/// How many bytes the states have together at most.
const ROOM: usize = 16 << 10;

#[derive(Serialize, Deserialize)]
struct ActorForm<'a> {
    actor: ActorId,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    state: Option<StateForm<'a>>,
}

#[derive(Serialize, Deserialize)]
struct StateForm<'a> {
    version: Version,
    commit: CommitId,
    expected: Version,
    position: Position,
    #[serde(default)]
    sessions: Sessions,
    schema: u64,
    taken: Timestamp,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// What is said of these actors; their states are asked for as long as there is room.
pub(crate) fn write(
    actors: &[ActorId],
    state: impl Fn(&ActorId) -> Option<ActorSnapshot>,
) -> Option<Bytes> {
    let mut room = ROOM;
    let states = actors.iter().map(|actor| {
        let snapshot = (room > 0).then(|| state(actor)).flatten()?;
        let size = snapshot.state.as_bytes().len();
        let fits = size <= room;
        room = room.saturating_sub(size);
        fits.then_some(snapshot)
    });
    let states: Vec<_> = states.collect();
    let forms = actors.iter().zip(&states).map(|(actor, state)| ActorForm {
        actor: actor.clone(),
        state: state.as_ref().and_then(StateForm::of),
    });
    let json = serde_json::to_vec(&forms.collect::<Vec<_>>());
    json.ok().map(Bytes::from)
}

/// The actors, each with its state if that is said; none, if it is not what was written.
pub(crate) fn read(written: &[u8]) -> Vec<(ActorId, Option<ActorSnapshot>)> {
    let Ok(forms) = serde_json::from_slice::<Vec<ActorForm<'_>>>(written) else {
        return Vec::new();
    };
    let actors = forms.into_iter().map(|ActorForm { actor, state }| {
        let snapshot = state.map(|it| it.snapshot(&actor));
        (actor, snapshot)
    });
    actors.collect()
}

impl<'a> StateForm<'a> {
    fn of(snapshot: &'a ActorSnapshot) -> Option<Self> {
        Some(Self {
            version: snapshot.version,
            commit: snapshot.last_commit.id,
            expected: snapshot.last_commit.expected,
            position: snapshot.last_commit.position,
            sessions: snapshot.sessions.clone(),
            schema: snapshot.schema_hash,
            taken: snapshot.timestamp,
            data: serde_json::from_slice(snapshot.state.as_bytes()).ok()?,
        })
    }

    fn snapshot(self, actor: &ActorId) -> ActorSnapshot {
        ActorSnapshot {
            actor_id: actor.clone(),
            version: self.version,
            last_commit: CommitRef {
                id: self.commit,
                expected: self.expected,
                position: self.position,
            },
            sessions: self.sessions,
            state: Payload::from_checked(Bytes::copy_from_slice(self.data.get().as_bytes())),
            schema_hash: self.schema,
            timestamp: self.taken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(number: usize) -> ActorId {
        ActorId::of("Lamp", &number.to_string()).unwrap()
    }

    fn snapshot(actor: &ActorId, size: usize) -> ActorSnapshot {
        ActorSnapshot {
            actor_id: actor.clone(),
            version: Version::new(7),
            last_commit: CommitRef {
                id: CommitId::new(),
                expected: Version::new(5),
                position: Position::new(70),
            },
            sessions: Sessions::unknown_until(Position::new(3)),
            state: Payload::of(&"x".repeat(size)).unwrap(),
            schema_hash: u64::MAX,
            timestamp: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_was_said_is_read() {
        let (with, without) = (actor(1), actor(2));
        let kept = snapshot(&with, 10);
        let state = |it: &ActorId| (*it == with).then(|| kept.clone());
        let written = write(&[with.clone(), without.clone()], state).unwrap();
        let read = read(&written);
        assert_eq!(read, [(with.clone(), Some(kept.clone())), (without, None)]);
    }

    #[test]
    fn states_are_said_as_long_as_there_is_room_and_names_always() {
        let actors: Vec<_> = (0..5).map(actor).collect();
        let sizes = [ROOM / 2, ROOM, 10, 10, 10];
        let state = |it: &ActorId| {
            let place = actors.iter().position(|actor| actor == it).unwrap();
            Some(snapshot(it, sizes[place]))
        };
        let written = write(&actors, state).unwrap();
        assert!(written.len() < 2 * ROOM);
        let said: Vec<_> = read(&written).into_iter().collect();
        assert_eq!(
            said.iter().map(|it| &it.0).collect::<Vec<_>>(),
            actors.iter().collect::<Vec<_>>()
        );
        let with_state: Vec<_> = said.iter().map(|it| it.1.is_some()).collect();
        assert_eq!(with_state, [true, false, false, false, false]);
    }

    #[test]
    fn what_is_none_of_it_says_nothing() {
        for other in [
            &b""[..],
            b"[",
            b"[\"Lamp-1\"]",
            b"[{\"actor\":\"\"}]",
            b"{}",
        ] {
            assert_eq!(read(other), [], "{other:?}");
        }
        let more = br#"[{"actor":"Lamp-1","state":null,"colour":"red"}]"#;
        assert_eq!(read(more).len(), 1);
    }
}

#![cfg(feature = "macros")]

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::*;
use crate::{
    ActorId, Clock as _, CommandId, EventStore as _, InMemoryEventStore, Payload, Position,
    Sequence, SessionMark, SystemClock, Version,
    domain::Outgoing,
    prelude::*,
    runtime::{
        CommandError, RemoteRefusal, Sent,
        envelope::Envelope,
        placement::{Asking, Confirmed, Stay},
    },
    tenancy::Tenancy,
};

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct TurnedOn {
    lamp: String,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct TurnedOff {
    lamp: String,
}

#[derive(Command, Debug, Serialize, Deserialize)]
struct TurnOn {
    #[command(id)]
    lamp: String,
}

#[derive(Command, Debug, Serialize, Deserialize)]
struct TurnOff {
    #[command(id)]
    lamp: String,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("it is so already")]
struct SoAlready;

#[derive(Aggregate, Debug, Default, Serialize, Deserialize)]
#[aggregate(events(TurnedOn, TurnedOff), snapshot)]
struct Lamp {
    is_on: bool,
}

#[handlers]
impl Lamp {
    #[handle]
    fn on(&self, command: TurnOn) -> Result<TurnedOn, SoAlready> {
        if self.is_on {
            return Err(SoAlready);
        }
        Ok(TurnedOn { lamp: command.lamp })
    }

    #[handle]
    fn off(&self, command: TurnOff) -> Result<TurnedOff, SoAlready> {
        if !self.is_on {
            return Err(SoAlready);
        }
        Ok(TurnedOff { lamp: command.lamp })
    }

    #[apply]
    fn turned_on(&mut self, _event: &TurnedOn) {
        self.is_on = true;
    }

    #[apply]
    fn turned_off(&mut self, _event: &TurnedOff) {
        self.is_on = false;
    }
}

bounded_context! {
    /// Lamps.
    Lighting { aggregates: [Lamp] }
}

async fn runtime(store: &InMemoryEventStore) -> Aether {
    let builder = Aether::builder().store(store.clone());
    builder.context::<Lighting>().start().await.unwrap()
}

fn lamp() -> String {
    "l".to_owned()
}

/// The mark of a command of another process, the so-manieth of it.
fn mark(number: u32) -> Arc<SessionMark> {
    Arc::new(SessionMark {
        session: Arc::from("node/n"),
        sequence: Sequence {
            position: Position::new(7),
            event: 0,
            number,
        },
    })
}

/// A command of another process, the so-manieth of it.
fn asked(command: &impl Command, number: u32) -> Envelope {
    asked_behind(command, number, Position::START)
}

/// A command of another process that knew the log up to this place.
fn asked_behind(command: &impl Command, number: u32, place: Position) -> Envelope {
    let mut envelope = Envelope::new(Outgoing::of(command).unwrap());
    envelope.begin(SystemClock.now());
    envelope.asked(Some(mark(number)), place)
}

async fn carry(aether: &Aether, envelope: &Envelope) -> Result<Sent, CommandError> {
    let written = carried::write(envelope).unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    let CarriedOut::Answer(answer) = aether.carry_out(&written, deadline).await else {
        panic!("it was not carried out");
    };
    carried::read_answer(&answer, envelope, "Lamp")
}

#[tokio::test]
async fn a_command_that_comes_again_is_known_by_its_mark_wherever_it_comes() {
    let store = InMemoryEventStore::new();
    let on = asked(&TurnOn { lamp: lamp() }, 1);
    let first = carry(&runtime(&store).await, &on).await.unwrap();
    assert_eq!((first.version.as_u64(), first.repeated), (1, false));
    // Nobody kept anything of the lamp there.
    let again = carry(&runtime(&store).await, &on).await.unwrap();
    assert_eq!((again.version.as_u64(), again.repeated), (1, true));
    assert_eq!(again.events(), first.events());
    let late = asked(&TurnOff { lamp: lamp() }, 0);
    let late = carry(&runtime(&store).await, &late).await.unwrap();
    assert_eq!((late.version.as_u64(), late.repeated), (2, false));
}

/// Whether the history of the lamp, which is in memory, was searched for a command in vain: its
/// commands are known then.
fn was_searched(aether: &Aether) -> bool {
    let actor = ActorId::of("Lamp", &lamp()).unwrap();
    let turn = aether.0.engine.actors.enter_if_free(&actor).unwrap();
    let live = turn.live.as_ref().unwrap();
    !live.start.may_have(CommandId::new())
}

#[tokio::test]
async fn of_what_comes_out_of_turn_it_is_known_without_a_search_whether_it_came_before() {
    let store = InMemoryEventStore::new();
    let aether = runtime(&store).await;
    let (mut commands, mut stored) = (Vec::new(), Vec::new());
    for (turn, number) in [1, 5, 3, 2, 9, 7].into_iter().enumerate() {
        let command = if turn % 2 == 0 {
            asked(&TurnOn { lamp: lamp() }, number)
        } else {
            asked(&TurnOff { lamp: lamp() }, number)
        };
        let sent = carry(&aether, &command).await.unwrap();
        assert_eq!(
            (sent.version.as_u64(), sent.repeated),
            (turn as u64 + 1, false)
        );
        commands.push(command);
        stored.push(sent);
    }
    for (command, first) in commands.iter().zip(&stored) {
        let again = carry(&aether, command).await.unwrap();
        assert_eq!((again.version, again.repeated), (first.version, true));
        assert_eq!(
            (again.position, again.events()),
            (first.position, first.events())
        );
    }
    assert!(!was_searched(&aether));
    // One that reads the history anew knows it as well.
    let anew = runtime(&store).await;
    let late = carry(&anew, &asked(&TurnOn { lamp: lamp() }, 4)).await;
    assert_eq!(late.unwrap().version.as_u64(), 7);
    assert!(!was_searched(&anew));
    // And one that has its state from another does not.
    let (after, here) = placed(&store).await;
    let state = handed_over(&anew);
    after.warm(&state.actor_id.clone(), Some(state), 3).await;
    here.begin(3, 9, 0);
    let late = carry(&after, &asked(&TurnOff { lamp: lamp() }, 6)).await;
    assert_eq!(late.unwrap().version.as_u64(), 8);
    assert!(was_searched(&after));
}

#[tokio::test]
async fn what_may_have_come_before_is_looked_for_behind_what_its_sender_knew_of() {
    let store = InMemoryEventStore::new();
    let before = runtime(&store).await;
    let first = carry(&before, &asked(&TurnOn { lamp: lamp() }, 1)).await;
    let place = |sent: &Sent| sent.position.unwrap();
    let first = first.unwrap();
    let off = asked_behind(&TurnOff { lamp: lamp() }, 2, place(&first));
    let second = carry(&before, &off).await.unwrap();
    let on = asked_behind(&TurnOn { lamp: lamp() }, 6, place(&first));
    let third = carry(&before, &on).await.unwrap();
    // One that has the state from another does not know which commands came before the sixth.
    let state = handed_over(&before);
    let (after, here) = placed(&store).await;
    after.warm(&state.actor_id.clone(), Some(state), 3).await;
    here.begin(3, 9, 0);
    for (command, stored) in [(&off, &second), (&on, &third)] {
        let again = carry(&after, command).await.unwrap();
        assert_eq!((again.version, again.repeated), (stored.version, true));
        assert_eq!(
            (again.position, again.events()),
            (stored.position, stored.events())
        );
    }
    for (number, place) in [(4, place(&first)), (5, place(&third))] {
        let late = asked_behind(&TurnOff { lamp: lamp() }, number, place);
        let late = carry(&after, &late).await.unwrap();
        assert!(!late.repeated);
        after.send(TurnOn { lamp: lamp() }).await.unwrap();
    }
    assert!(!was_searched(&after));
}

/// All actors are in another process.
struct There {
    other: Aether,
    written: Mutex<Vec<Bytes>>,
}

impl Placement for There {
    fn is_here(&self, _actor_type: &str, _key: &str) -> bool {
        false
    }

    fn enter(&self, _actor_type: &str, _key: &str) -> Option<Tenancy> {
        None
    }

    fn note(&self, _tenancy: Tenancy, _actor: &ActorId) {}

    fn leave(&self, _tenancy: Tenancy) {}

    fn confirm(&self, _tenancy: Tenancy) -> Confirmed<'_> {
        Box::pin(std::future::ready(false))
    }

    fn cluster(&self) -> &Arc<str> {
        unreachable!("nothing is stored here")
    }

    fn mark(&self) -> Option<Arc<SessionMark>> {
        u32::try_from(self.written.lock().unwrap().len())
            .ok()
            .map(mark)
    }

    fn ask<'a>(
        &'a self,
        _actor: (&'a str, &'a str),
        written: Bytes,
        _within: Option<Duration>,
    ) -> Asking<'a> {
        self.written.lock().unwrap().push(written.clone());
        Box::pin(async move {
            let deadline = Instant::now() + Duration::from_secs(10);
            match self.other.carry_out(&written, deadline).await {
                CarriedOut::Answer(answer) => Ok(answer),
                CarriedOut::Moved | CarriedOut::Stopped => Err(CommandError::Moved),
            }
        })
    }
}

#[tokio::test]
async fn what_is_asked_says_how_far_the_log_had_come_by_what_was_answered() {
    let store = InMemoryEventStore::new();
    let there = Arc::new(There {
        other: runtime(&store).await,
        written: Mutex::default(),
    });
    let aether = runtime(&InMemoryEventStore::new()).await;
    assert!(aether.place(Arc::clone(&there) as Arc<dyn Placement>));
    let mut stored = Vec::new();
    for turn in 0..4 {
        let sent = if turn % 2 == 0 {
            aether.send(TurnOn { lamp: lamp() }).await
        } else {
            aether.send(TurnOff { lamp: lamp() }).await
        };
        stored.push(sent.unwrap().position.unwrap());
    }
    let refused = aether.send(TurnOff { lamp: lamp() }).await.unwrap_err();
    assert!(refused.refusal::<RemoteRefusal>().is_some(), "{refused}");
    let sent = aether.send(TurnOn { lamp: lamp() }).await.unwrap();
    assert_eq!(sent.version.as_u64(), 5);
    let written = there.written.lock().unwrap().clone();
    let known: Vec<_> = written.iter().map(|it| behind(it)).collect();
    let last = stored.last().copied();
    let mut told = vec![None];
    told.extend(stored.iter().copied().map(Some));
    told.push(last);
    assert_eq!(known, told);
}

/// Behind which place in the log a command lies, by what is written of it.
fn behind(written: &[u8]) -> Option<Position> {
    let written: serde_json::Value = serde_json::from_slice(written).unwrap();
    let place = written.get("behind")?;
    Some(serde_json::from_value(place.clone()).unwrap())
}

#[tokio::test]
async fn a_refusal_of_another_process_comes_as_what_it_said() {
    let aether = runtime(&InMemoryEventStore::new()).await;
    let refused = carry(&aether, &asked(&TurnOff { lamp: lamp() }, 1)).await;
    let refused = refused.unwrap_err();
    let refusal = refused.refusal::<RemoteRefusal>().unwrap();
    assert_eq!(refusal.to_string(), "it is so already");
}

#[tokio::test]
async fn a_command_that_was_refused_has_no_effect_when_it_comes_again() {
    let aether = runtime(&InMemoryEventStore::new()).await;
    aether.place(Arc::new(Here::since(1, 1, 0)));
    let off = asked(&TurnOff { lamp: lamp() }, 1);
    let refusal = |answer: Result<Sent, CommandError>| {
        let refused = answer.unwrap_err();
        refused.refusal::<RemoteRefusal>().unwrap().to_string()
    };
    assert_eq!(refusal(carry(&aether, &off).await), "it is so already");
    aether.send(TurnOn { lamp: lamp() }).await.unwrap();
    // It would not be refused now.
    assert_eq!(refusal(carry(&aether, &off).await), "it is so already");
    let off = asked(&TurnOff { lamp: lamp() }, 2);
    assert_eq!(carry(&aether, &off).await.unwrap().version.as_u64(), 2);
    let again = carry(&aether, &off).await.unwrap();
    assert_eq!((again.version.as_u64(), again.repeated), (2, true));
    assert_eq!(again.events().len(), 1);
}

/// All actors are here, in a tenure that changes, or none is.
#[derive(Clone)]
struct Here {
    cluster: Arc<str>,
    tenancy: Arc<Mutex<Option<Tenancy>>>,
    /// Nobody says whether it is so.
    is_doubtful: Arc<AtomicBool>,
}

impl Here {
    /// In its numberth tenure, which began then, after it was taken from another in that epoch.
    fn since(number: u64, since: u64, seized: u64) -> Self {
        let here = Self {
            cluster: Arc::from("test/1"),
            tenancy: Arc::default(),
            is_doubtful: Arc::default(),
        };
        here.begin(number, since, seized);
        here
    }

    fn begin(&self, number: u64, since: u64, seized: u64) {
        *self.tenancy.lock().unwrap() = Some(Tenancy {
            place: 0,
            number,
            since,
            seized,
        });
    }
}

impl Placement for Here {
    fn is_here(&self, _actor_type: &str, _key: &str) -> bool {
        self.tenancy.lock().unwrap().is_some()
    }

    fn enter(&self, _actor_type: &str, _key: &str) -> Option<Tenancy> {
        *self.tenancy.lock().unwrap()
    }

    fn note(&self, _tenancy: Tenancy, _actor: &ActorId) {}

    fn leave(&self, _tenancy: Tenancy) {}

    fn confirm(&self, tenancy: Tenancy) -> Confirmed<'_> {
        let present = self.tenancy.lock().unwrap().map(|it| it.number);
        let is_doubtful = self.is_doubtful.load(Ordering::Relaxed);
        Box::pin(std::future::ready(
            !is_doubtful && present == Some(tenancy.number),
        ))
    }

    fn cluster(&self) -> &Arc<str> {
        &self.cluster
    }

    fn mark(&self) -> Option<Arc<SessionMark>> {
        None
    }

    fn ask<'a>(
        &'a self,
        _actor: (&'a str, &'a str),
        _written: Bytes,
        _within: Option<Duration>,
    ) -> Asking<'a> {
        Box::pin(std::future::ready(Err(CommandError::Stopped)))
    }
}

/// Whether the state of the lamp is in memory when the tenure of this number begins.
fn is_awake(aether: &Aether, here: &Here, number: u64) -> bool {
    let (engine, actor) = (&aether.0.engine, ActorId::of("Lamp", &lamp()).unwrap());
    here.begin(number, 9, 0);
    let placement: Arc<dyn Placement> = Arc::new(here.clone());
    let stay = Stay::begin(&placement, ("Lamp", &lamp()), &actor).unwrap();
    let mut turn = engine.actors.enter_if_free(&actor).unwrap();
    turn.settle(stay);
    turn.live.is_some()
}

#[tokio::test]
async fn what_was_read_of_an_actor_before_it_came_is_there_in_the_tenure_it_was_read_for_alone() {
    let store = InMemoryEventStore::new();
    let (aether, other) = (runtime(&store).await, runtime(&store).await);
    other.send(TurnOn { lamp: lamp() }).await.unwrap();
    let here = Here::since(1, 1, 0);
    assert!(aether.place(Arc::new(here.clone())));
    let actor = ActorId::of("Lamp", &lamp()).unwrap();
    aether.warm(&actor, None, 3).await;
    assert!(is_awake(&aether, &here, 3));
    aether.warm(&actor, None, 5).await;
    assert!(!is_awake(&aether, &here, 7));
}

#[tokio::test]
async fn what_is_stored_after_an_actor_was_read_ahead_is_not_missed() {
    let store = InMemoryEventStore::new();
    let (aether, other) = (runtime(&store).await, runtime(&store).await);
    let here = Here::since(1, 1, 0);
    assert!(aether.place(Arc::new(here.clone())));
    let actor = ActorId::of("Lamp", &lamp()).unwrap();
    other.send(TurnOn { lamp: lamp() }).await.unwrap();
    aether.warm(&actor, None, 3).await;
    other.send(TurnOff { lamp: lamp() }).await.unwrap();
    here.begin(3, 9, 0);
    // It was on when it was read.
    let on = carry(&aether, &asked(&TurnOn { lamp: lamp() }, 1)).await;
    assert_eq!(on.unwrap().version.as_u64(), 3);
    aether.warm(&actor, None, 5).await;
    let another = runtime(&store).await;
    another.send(TurnOff { lamp: lamp() }).await.unwrap();
    here.begin(5, 11, 0);
    // And so it was here.
    let off = carry(&aether, &asked(&TurnOff { lamp: lamp() }, 2)).await;
    let refused = off.unwrap_err();
    assert!(refused.refusal::<RemoteRefusal>().is_some(), "{refused}");
}

/// A runtime that has all actors, in its first tenure.
async fn placed(store: &InMemoryEventStore) -> (Aether, Here) {
    let (aether, here) = (runtime(store).await, Here::since(1, 1, 0));
    assert!(aether.place(Arc::new(here.clone())));
    (aether, here)
}

/// What a runtime that has the lamp in memory hands over, as it is read by the next.
fn handed_over(aether: &Aether) -> ActorSnapshot {
    let actor = ActorId::of("Lamp", &lamp()).unwrap();
    let written = aether.hand_over(std::slice::from_ref(&actor)).unwrap();
    let mut said = handed_over::read(&written);
    let (named, state) = said.pop().unwrap();
    assert_eq!((named, said), (actor, Vec::new()));
    state.unwrap()
}

#[tokio::test]
async fn an_actor_that_is_handed_over_goes_on_from_what_it_was() {
    let store = InMemoryEventStore::new();
    let before = runtime(&store).await;
    let first = asked(&TurnOn { lamp: lamp() }, 1);
    carry(&before, &first).await.unwrap();
    let state = handed_over(&before);
    assert_eq!(state.version.as_u64(), 1);
    let (after, here) = placed(&store).await;
    after.warm(&state.actor_id, Some(state.clone()), 3).await;
    assert!(is_awake(&after, &here, 3));
    // The store has none.
    assert_eq!(after.snapshots().used, 1);
    assert_eq!(handed_over(&after).sessions, state.sessions);
    let again = carry(&after, &first).await.unwrap();
    assert_eq!((again.version.as_u64(), again.repeated), (1, true));
    let off = carry(&after, &asked(&TurnOff { lamp: lamp() }, 2)).await;
    assert_eq!(off.unwrap().version.as_u64(), 2);
}

#[tokio::test]
async fn what_was_stored_before_the_state_is_heard_of_is_folded_into_it() {
    let store = InMemoryEventStore::new();
    let before = runtime(&store).await;
    before.send(TurnOn { lamp: lamp() }).await.unwrap();
    let state = handed_over(&before);
    let other = runtime(&store).await;
    other.send(TurnOff { lamp: lamp() }).await.unwrap();
    let after = runtime(&store).await;
    after.warm(&state.actor_id.clone(), Some(state), 3).await;
    assert_eq!(handed_over(&after).version.as_u64(), 2);
    assert_eq!(after.snapshots().used, 1);
}

#[tokio::test]
async fn what_is_stored_after_an_actor_was_handed_over_is_not_missed() {
    let store = InMemoryEventStore::new();
    let (before, other) = (runtime(&store).await, runtime(&store).await);
    before.send(TurnOn { lamp: lamp() }).await.unwrap();
    let state = handed_over(&before);
    other.send(TurnOff { lamp: lamp() }).await.unwrap();
    let (after, here) = placed(&store).await;
    let actor = state.actor_id.clone();
    after.warm(&actor, Some(state), 3).await;
    here.begin(3, 9, 0);
    // It was on when it was handed over.
    let on = carry(&after, &asked(&TurnOn { lamp: lamp() }, 1)).await;
    assert_eq!(on.unwrap().version.as_u64(), 3);
}

#[tokio::test]
async fn the_state_of_another_shape_or_actor_or_log_is_left_aside() {
    let store = InMemoryEventStore::new();
    let before = runtime(&store).await;
    before.send(TurnOn { lamp: lamp() }).await.unwrap();
    let state = handed_over(&before);
    let (mut of_another, mut of_another_shape) = (state.clone(), state.clone());
    let mut of_another_log = state;
    of_another_log.last_commit.id = crate::CommitId::new();
    of_another.actor_id = ActorId::of("Lamp", "m").unwrap();
    of_another.state = Payload::of(&serde_json::json!({ "is_on": false })).unwrap();
    of_another_shape.schema_hash ^= 1;
    for unfit in [of_another, of_another_shape, of_another_log] {
        let (after, here) = placed(&store).await;
        let actor = ActorId::of("Lamp", &lamp()).unwrap();
        after.warm(&actor, Some(unfit), 3).await;
        // It was read instead.
        assert_eq!(after.snapshots().used, 0);
        assert!(is_awake(&after, &here, 3));
        assert_eq!(handed_over(&after).version.as_u64(), 1);
        let refused = carry(&after, &asked(&TurnOn { lamp: lamp() }, 1)).await;
        assert!(refused.unwrap_err().refusal::<RemoteRefusal>().is_some());
    }
}

#[tokio::test]
async fn what_was_kept_of_an_actor_is_void_when_it_has_been_elsewhere() {
    let store = InMemoryEventStore::new();
    let (aether, other) = (runtime(&store).await, runtime(&store).await);
    let here = Here::since(1, 1, 0);
    assert!(aether.place(Arc::new(here.clone())));
    aether.send(TurnOn { lamp: lamp() }).await.unwrap();
    other.send(TurnOff { lamp: lamp() }).await.unwrap();
    here.begin(3, 1, 0);
    aether.send(TurnOn { lamp: lamp() }).await.unwrap();
}

/// The fences in the history of the lamp, each with the version of its commit.
async fn fences(store: &InMemoryEventStore) -> Vec<(u64, String)> {
    let actor = ActorId::of("Lamp", &lamp()).unwrap();
    let page = store.read(&actor, Version::NONE).await.unwrap();
    let commits = page.commits.into_iter().map(|it| it.commit);
    let fenced = commits.filter_map(|it| Some((it.version().as_u64(), it.fence()?.to_string())));
    fenced.collect()
}

#[tokio::test]
async fn the_first_commit_for_an_actor_that_was_taken_from_another_says_so_and_the_next_do_not() {
    let store = InMemoryEventStore::new();
    let aether = runtime(&store).await;
    let here = Here::since(1, 1, 0);
    aether.place(Arc::new(here.clone()));
    aether.send(TurnOn { lamp: lamp() }).await.unwrap();
    here.begin(3, 7, 7);
    for number in [2, 3] {
        let sent = carry(&aether, &asked(&TurnOff { lamp: lamp() }, number)).await;
        assert_eq!(sent.is_ok(), number == 2);
    }
    aether.send(TurnOn { lamp: lamp() }).await.unwrap();
    assert_eq!(fences(&store).await, [(2, "7 test/1".to_owned())]);
    // Handed over since: no one else writes.
    here.begin(5, 9, 7);
    aether.send(TurnOff { lamp: lamp() }).await.unwrap();
    assert_eq!(fences(&store).await.len(), 1);
}

#[tokio::test]
async fn nothing_is_refused_for_an_actor_that_was_taken_before_a_fence_is_stored() {
    let store = InMemoryEventStore::new();
    let (aether, former) = (runtime(&store).await, runtime(&store).await);
    former.place(Arc::new(Here::since(1, 1, 0)));
    aether.place(Arc::new(Here::since(1, 7, 7)));
    former.send(TurnOn { lamp: lamp() }).await.unwrap();
    let refused = aether.send(TurnOn { lamp: lamp() }).await.unwrap_err();
    assert_eq!(refused.refusal::<SoAlready>(), Some(&SoAlready));
    assert_eq!(fences(&store).await, [(2, "7 test/1".to_owned())]);
    // Who had it before is not at the version any more, and finds out why.
    let late = asked(&TurnOff { lamp: lamp() }, 4);
    let written = carried::write(&late).unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    let late = former.carry_out(&written, deadline).await;
    assert_eq!(late, CarriedOut::Moved);
    // Its own commands it sends there, which here is nowhere.
    let late = former.send(TurnOff { lamp: lamp() }).await.unwrap_err();
    assert!(matches!(late, CommandError::Stopped), "{late}");
    let sent = aether.send(TurnOff { lamp: lamp() }).await.unwrap();
    assert_eq!(sent.version.as_u64(), 3);
}

#[tokio::test]
async fn a_fence_of_a_cluster_that_was_made_anew_says_nothing() {
    let store = InMemoryEventStore::new();
    let before = runtime(&store).await;
    before.place(Arc::new(Here::since(1, 70, 70)));
    before.send(TurnOn { lamp: lamp() }).await.unwrap();
    let anew = Here {
        cluster: Arc::from("test/2"),
        ..Here::since(1, 1, 0)
    };
    let aether = runtime(&store).await;
    aether.place(Arc::new(anew));
    aether.send(TurnOff { lamp: lamp() }).await.unwrap();
}

#[tokio::test]
async fn a_command_whose_actor_has_gone_while_it_waited_is_not_decided_on() {
    let aether = runtime(&InMemoryEventStore::new()).await;
    let here = Here::since(1, 1, 0);
    aether.place(Arc::new(here.clone()));
    here.tenancy.lock().unwrap().take();
    let written = carried::write(&asked(&TurnOn { lamp: lamp() }, 1)).unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    assert_eq!(
        aether.carry_out(&written, deadline).await,
        CarriedOut::Moved
    );
}

#[tokio::test]
async fn what_stores_nothing_is_said_only_by_who_is_certain_to_have_the_actor() {
    let (aether, here) = placed(&InMemoryEventStore::new()).await;
    here.is_doubtful.store(true, Ordering::Relaxed);
    let off = asked(&TurnOff { lamp: lamp() }, 1);
    let deadline = Instant::now() + Duration::from_secs(10);
    let carried_out = aether
        .carry_out(&carried::write(&off).unwrap(), deadline)
        .await;
    assert!(matches!(carried_out, CarriedOut::Moved), "{carried_out:?}");
    // Its own command goes to whoever has the actor.
    let own = aether.send(TurnOff { lamp: lamp() }).await.unwrap_err();
    assert!(matches!(own, CommandError::Stopped), "{own}");
    // What is stored the store checks.
    let on = carry(&aether, &asked(&TurnOn { lamp: lamp() }, 2)).await;
    assert_eq!(on.unwrap().version.as_u64(), 1);
    here.is_doubtful.store(false, Ordering::Relaxed);
    let on = carry(&aether, &asked(&TurnOn { lamp: lamp() }, 3)).await;
    let refused = on.unwrap_err();
    assert!(refused.refusal::<RemoteRefusal>().is_some(), "{refused}");
}

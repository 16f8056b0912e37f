//! A domain after some years: everything in it has another name, events have other payloads, and
//! the log is that of the earlier builds.

use std::{
    convert::Infallible,
    error::Error,
    num::NonZeroU64,
    sync::{Arc, Mutex},
    time::Duration,
};

use aether::{
    ActorId, Commit, Event, EventStore as _, InMemoryEventStore, Namespace, Recorded,
    SnapshotStore as _, Timestamp,
    domain::{DecodeError, DomainEvent as _, EventSet as _, Stored},
    prelude::*,
    runtime::{
        Adapter, Aether, Delivery, FollowerKind, FollowerState, SnapshotPolicy, verify_context,
    },
    store::transfer::{Export, ExportOptions, Import},
    subscription::{Subscriber, Subscription},
    testing::ManualClock,
};
use serde_json::{Value, json};

/// The build that wrote most of the log.
mod before {
    use std::convert::Infallible;

    use aether::prelude::*;

    /// The second payload of what later is `HandedOver`.
    #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[event(version = 2, upcast(DispatchedV1))]
    pub(super) struct Dispatched {
        pub(super) parcel: String,
        pub(super) grams: u32,
    }

    #[derive(Deserialize)]
    pub(super) struct DispatchedV1 {
        parcel: String,
    }

    impl From<DispatchedV1> for Dispatched {
        fn from(v1: DispatchedV1) -> Self {
            Self {
                parcel: v1.parcel,
                grams: 1,
            }
        }
    }

    #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub(super) struct Weighed {}

    #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub(super) struct Reminded {}

    #[derive(Command, Serialize, Deserialize)]
    pub(super) struct Dispatch {
        #[command(id)]
        pub(super) parcel: String,
        pub(super) grams: u32,
    }

    #[derive(Command, Serialize, Deserialize)]
    pub(super) struct Weigh {
        #[command(id)]
        pub(super) parcel: String,
    }

    #[derive(Command, Serialize, Deserialize)]
    pub(super) struct Remind {
        #[command(id)]
        pub(super) parcel: String,
    }

    #[derive(Aggregate, Debug, Default)]
    #[aggregate(events(Dispatched, Weighed, Reminded))]
    pub(super) struct Parcel {}

    #[handlers]
    impl Parcel {
        #[handle]
        fn dispatch(&self, command: Dispatch) -> Result<Dispatched, Infallible> {
            Ok(Dispatched {
                parcel: command.parcel,
                grams: command.grams,
            })
        }

        #[handle]
        fn weigh(&self, _: Weigh) -> Result<Weighed, Infallible> {
            Ok(Weighed {})
        }

        #[handle]
        fn remind(&self, _: Remind) -> Result<Reminded, Infallible> {
            Ok(Reminded {})
        }

        #[apply]
        fn dispatched(&mut self, _: &Dispatched) {}

        #[apply]
        fn weighed(&mut self, _: &Weighed) {}

        #[apply]
        fn reminded(&mut self, _: &Reminded) {}
    }

    #[derive(Policy, Default)]
    pub(super) struct WeighWhenDispatched;

    #[handlers]
    impl WeighWhenDispatched {
        #[react]
        fn dispatched(&self, event: &Dispatched) -> Weigh {
            let parcel = event.parcel.clone();
            Weigh { parcel }
        }
    }

    #[derive(ProcessManager, Default)]
    #[process_manager(key = String)]
    pub(super) struct Tracking {}

    #[handlers]
    impl Tracking {
        #[react(key = parcel)]
        fn dispatched(&self, event: &Dispatched) -> After<Remind, Days<1>> {
            let parcel = event.parcel.clone();
            After::fixed(Remind { parcel })
        }
    }

    bounded_context! {
        pub(super) Posting {
            aggregates: [Parcel],
            policies: [WeighWhenDispatched],
            process_managers: [Tracking],
        }
    }
}

/// The build that goes on with it.
mod after {
    use std::convert::Infallible;

    use aether::prelude::*;

    #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[event(version = 3, upcast(HandedOverV1, HandedOverV2), alias("Dispatched"))]
    pub(super) struct HandedOver {
        pub(super) number: String,
        pub(super) kilograms: f64,
    }

    #[derive(Deserialize)]
    pub(super) struct HandedOverV1 {
        parcel: String,
    }

    #[derive(Deserialize)]
    pub(super) struct HandedOverV2 {
        parcel: String,
        grams: u32,
    }

    impl From<HandedOverV1> for HandedOverV2 {
        fn from(v1: HandedOverV1) -> Self {
            Self {
                parcel: v1.parcel,
                grams: 1,
            }
        }
    }

    impl From<HandedOverV2> for HandedOver {
        fn from(v2: HandedOverV2) -> Self {
            Self {
                number: v2.parcel,
                kilograms: f64::from(v2.grams) / 1000.0,
            }
        }
    }

    /// Nothing is weighed any more.
    #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[event(retired)]
    pub(super) struct Weighed {}

    #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[event(name = "Nudged", alias("Reminded"))]
    pub(super) struct Nudged {}

    #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub(super) struct Checked {}

    #[derive(Command, Serialize, Deserialize)]
    pub(super) struct HandOver {
        #[command(id)]
        pub(super) number: String,
    }

    /// Takes what is pending under its earlier name, and in its earlier form.
    #[derive(Command, Serialize, Deserialize)]
    #[command(alias("Remind"))]
    pub(super) struct Nudge {
        #[command(id)]
        #[serde(alias = "parcel")]
        pub(super) number: String,
    }

    #[derive(Command, Serialize, Deserialize)]
    #[command(alias("Weigh"))]
    pub(super) struct Check {
        #[command(id)]
        #[serde(alias = "parcel")]
        pub(super) number: String,
    }

    #[derive(Aggregate, Debug, Default)]
    #[aggregate(name = "Parcel", events(HandedOver, Weighed, Nudged, Checked))]
    pub(super) struct Consignment {
        pub(super) kilograms: Vec<f64>,
        pub(super) weighed: u32,
        pub(super) nudged: u32,
        pub(super) checked: u32,
    }

    #[handlers]
    impl Consignment {
        #[handle]
        fn hand_over(&self, command: HandOver) -> Result<HandedOver, Infallible> {
            Ok(HandedOver {
                number: command.number,
                kilograms: 0.5,
            })
        }

        #[handle]
        fn nudge(&self, _: Nudge) -> Result<Nudged, Infallible> {
            Ok(Nudged {})
        }

        #[handle]
        fn check(&self, _: Check) -> Result<Checked, Infallible> {
            Ok(Checked {})
        }

        #[apply]
        fn handed_over(&mut self, event: &HandedOver) {
            self.kilograms.push(event.kilograms);
        }

        #[apply]
        fn weighed(&mut self, _: &Weighed) {
            self.weighed += 1;
        }

        #[apply]
        fn nudged(&mut self, _: &Nudged) {
            self.nudged += 1;
        }

        #[apply]
        fn checked(&mut self, _: &Checked) {
            self.checked += 1;
        }
    }

    #[derive(Policy, Default)]
    #[policy(name = "WeighWhenDispatched")]
    pub(super) struct CheckWhenHandedOver;

    #[handlers]
    impl CheckWhenHandedOver {
        #[react]
        fn handed_over(&self, event: &HandedOver) -> Check {
            let number = event.number.clone();
            Check { number }
        }
    }

    #[derive(ProcessManager, Default)]
    #[process_manager(name = "Tracking", key = String)]
    pub(super) struct Watching {
        pub(super) handed_over: u32,
    }

    #[handlers]
    impl Watching {
        #[apply(key = number)]
        fn note(&mut self, _: &HandedOver) {
            self.handed_over += 1;
        }

        /// The second time, at once: so a test sees that the first is remembered.
        #[react]
        fn handed_over(&self, event: &HandedOver) -> Option<Nudge> {
            let number = event.number.clone();
            (self.handed_over > 1).then_some(Nudge { number })
        }
    }

    #[derive(Projection, Debug, Default)]
    pub(super) struct Weights {
        pub(super) kilograms: Vec<f64>,
        pub(super) others: Vec<String>,
    }

    #[handlers]
    impl Weights {
        #[apply]
        fn handed_over(&mut self, event: &HandedOver) {
            self.kilograms.push(event.kilograms);
        }

        #[apply]
        fn other(&mut self, event: &RawEvent, origin: &Origin<'_>) {
            if origin.actor_id.actor_type() == "Parcel" {
                self.others.push(event.event_type.clone());
            }
        }
    }

    bounded_context! {
        pub(super) Shipping {
            aggregates: [Consignment],
            policies: [CheckWhenHandedOver],
            process_managers: [Watching],
            projections: [Weights],
        }
    }
}

use after::{Check, Consignment, HandOver, HandedOver, Nudge, Shipping, Weights};

async fn run<C: BoundedContext>(store: &InMemoryEventStore, clock: &ManualClock) -> Aether {
    let aether = Aether::builder().store(store.clone()).context::<C>();
    let aether = aether.clock(clock.clone()).start().await;
    aether.expect("the context holds together")
}

async fn append(
    store: &InMemoryEventStore,
    (version, name, schema): (u64, &'static str, u32),
    data: Value,
) {
    let event = Event::new("Parcel.7", version, name, &data).expect("it is JSON");
    let commit = Commit::new([event.with_schema_version(schema)]).expect("it has an event");
    store.append(commit).await.expect("the version is free");
}

/// The log of the earlier builds: an event of the first one, and a day of the second.
async fn log() -> (InMemoryEventStore, ManualClock) {
    let (store, clock) = (
        InMemoryEventStore::new(),
        ManualClock::at(Timestamp::UNIX_EPOCH),
    );
    append(&store, (1, "Dispatched", 1), json!({ "parcel": "7" })).await;
    let aether = run::<before::Posting>(&store, &clock).await;
    let dispatch = before::Dispatch {
        parcel: "8".to_owned(),
        grams: 20,
    };
    aether.send(dispatch).await.expect("it is not refused");
    aether.settled().await.expect("nothing has halted");
    aether.shutdown().await;
    (store, clock)
}

async fn settled(aether: &Aether) {
    aether.settled().await.expect("nothing has halted");
}

#[tokio::test]
async fn what_is_renamed_goes_on_where_it_was() {
    let (store, clock) = log().await;
    let aether = run::<Shipping>(&store, &clock).await;
    settled(&aether).await;
    let eight = aether.load::<Consignment>("8").await.expect("it is read");
    assert_eq!(eight.kilograms, [0.02], "an actor keeps its history");
    assert_eq!(
        (eight.weighed, eight.checked),
        (1, 0),
        "a policy asks for nothing again"
    );
    clock.set(Timestamp::UNIX_EPOCH.after(Duration::from_hours(48)));
    settled(&aether).await;
    let eight = aether.load::<Consignment>("8").await.expect("it is read");
    assert_eq!(eight.nudged, 1, "what was pending is done, once");
    let hand_over = HandOver {
        number: "8".to_owned(),
    };
    aether.send(hand_over).await.expect("it is not refused");
    settled(&aether).await;
    let eight = aether.load::<Consignment>("8").await.expect("it is read");
    assert_eq!(eight.kilograms, [0.02, 0.5]);
    assert_eq!(eight.checked, 1, "the policy reads on");
    assert_eq!(
        eight.nudged, 2,
        "an instance remembers what it has received"
    );
    aether.shutdown().await;
}

#[tokio::test]
async fn a_policy_under_another_name_asks_for_everything_again() {
    #[derive(Policy, Default)]
    struct CheckWhenHandedOver;

    #[handlers]
    impl CheckWhenHandedOver {
        #[react]
        fn handed_over(&self, event: &HandedOver) -> Note {
            let number = event.number.clone();
            Note { number }
        }
    }

    #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Noted {}

    #[derive(Command, Serialize, Deserialize)]
    struct Note {
        #[command(id)]
        number: String,
    }

    #[derive(Aggregate, Default)]
    #[aggregate(events(Noted))]
    struct Notes {
        noted: u32,
    }

    #[handlers]
    impl Notes {
        #[handle]
        fn note(&self, _: Note) -> Result<Noted, Infallible> {
            Ok(Noted {})
        }

        #[apply]
        fn noted(&mut self, _: &Noted) {
            self.noted += 1;
        }
    }

    bounded_context! {
        Noting {
            aggregates: [Notes],
            policies: [CheckWhenHandedOver],
            upstream: [Shipping],
        }
    }

    let (store, clock) = log().await;
    let aether = run::<Noting>(&store, &clock).await;
    settled(&aether).await;
    let notes = aether.load::<Notes>("8").await.expect("it is read");
    assert_eq!(notes.noted, 1);
    aether.shutdown().await;
}

#[tokio::test]
async fn every_version_is_brought_up_on_load_in_a_policy_and_in_a_projection() {
    let (store, clock) = log().await;
    let aether = run::<Shipping>(&store, &clock).await;
    settled(&aether).await;
    let seven = aether.load::<Consignment>("7").await.expect("it is read");
    assert_eq!(seven.kilograms, [0.001], "by way of all versions between");
    let weights = aether.read::<Weights>().await.expect("it is read");
    assert_eq!(weights.kilograms, [0.001, 0.02]);
    assert_eq!(weights.others, ["Weighed", "Weighed"]);
    aether.shutdown().await;
}

#[tokio::test]
async fn an_export_of_an_earlier_build_is_read_by_this_one() {
    let (store, clock) = log().await;
    let mut file = Vec::new();
    let mut export = Export::begin(&store, ExportOptions::new())
        .await
        .expect("the store is there");
    while let Some(piece) = export.next().await.expect("it is read") {
        file.extend(piece);
    }
    let text = String::from_utf8(file).expect("JSON is text");
    assert!(
        text.contains("\"Dispatched\""),
        "what is exported is what is stored"
    );
    let other = InMemoryEventStore::in_namespace(Namespace::new("other").expect("a name"));
    let mut import = Import::new(&other);
    for line in text.lines() {
        let taken = import.take(line.as_bytes()).await;
        taken.expect("it is a line of an export");
    }
    import.finish().expect("the last line was taken");
    let aether = run::<Shipping>(&other, &clock).await;
    let (seven, eight) = (
        aether.load::<Consignment>("7"),
        aether.load::<Consignment>("8"),
    );
    assert_eq!(seven.await.expect("it is read").kilograms, [0.001]);
    assert_eq!(eight.await.expect("it is read").kilograms, [0.02]);
    aether.shutdown().await;
}

#[tokio::test]
async fn what_an_event_of_a_newer_build_asks_for_is_parked_with_both_versions() {
    let (store, clock) = log().await;
    append(&store, (3, "HandedOver", 9), json!({ "number": "7" })).await;
    let aether = run::<Shipping>(&store, &clock).await;
    let mut parked = Vec::new();
    while parked.len() < 2 {
        parked = aether.parked().await.expect("the store is there");
        tokio::task::yield_now().await;
    }
    for it in parked {
        assert_eq!(it.actor_id.as_str(), "Parcel.7");
        assert!(it.reason.contains(NEWER), "{}", it.reason);
        assert!(!it.is_retried, "only another build can read it");
    }
    aether.shutdown().await;
}

/// An error with all that is behind it.
fn chain(err: &dyn Error) -> String {
    let sources = std::iter::successors(err.source(), |err| (*err).source());
    sources.fold(err.to_string(), |text, source| format!("{text}: {source}"))
}

const NEWER: &str = "\"HandedOver\" is stored in version 9; this build knows versions up to 3";

#[tokio::test]
async fn an_event_of_a_newer_build_is_refused_with_both_versions_and_nothing_skips_it() {
    let (store, clock) = log().await;
    append(&store, (3, "HandedOver", 9), json!({ "number": "7" })).await;
    let aether = Aether::builder().store(store.clone()).clock(clock.clone());
    let aether = aether.context::<Shipping>().halting().start().await;
    let aether = aether.expect("the context holds together");
    let err = aether
        .load::<Consignment>("7")
        .await
        .expect_err("it is newer");
    assert!(chain(&err).contains(NEWER), "{}", chain(&err));
    assert!(
        chain(&err).contains("event 3 of `Parcel.7`"),
        "{}",
        chain(&err)
    );
    let check = Check {
        number: "7".to_owned(),
    };
    let err = aether
        .send(check)
        .await
        .expect_err("its actor cannot be read");
    assert!(chain(&err).contains(NEWER), "{}", chain(&err));
    let err = aether.read::<Weights>().await.expect_err("it has halted");
    assert!(chain(&err).contains(NEWER), "{}", chain(&err));
    let nudge = Nudge {
        number: "8".to_owned(),
    };
    aether.send(nudge).await.expect("others are not concerned");
    assert!(aether.settled().await.is_err());
    for kind in [
        FollowerKind::Policy,
        FollowerKind::Process,
        FollowerKind::Projection,
    ] {
        let status = aether.status().into_iter().find(|it| it.kind == kind);
        let state = status.expect("it is one of them").state;
        let FollowerState::Halted { reason } = &state else {
            unreachable!("{kind:?} is {state:?}");
        };
        assert!(reason.contains(NEWER), "{reason}");
    }
    aether.shutdown().await;
}

#[tokio::test]
async fn an_event_that_no_build_knows_is_an_error_to_its_aggregate_and_raw_to_a_projection() {
    let (store, clock) = log().await;
    append(&store, (3, "Vanished", 1), json!({})).await;
    let aether = run::<Shipping>(&store, &clock).await;
    let err = aether
        .load::<Consignment>("7")
        .await
        .expect_err("it is unknown");
    let told = "`ConsignmentEvent` has no event stored as \"Vanished\"";
    assert!(chain(&err).contains(told), "{}", chain(&err));
    settled(&aether).await;
    let weights = aether.read::<Weights>().await.expect("it is read");
    assert_eq!(weights.others.last().map(String::as_str), Some("Vanished"));
    aether.shutdown().await;
}

#[test]
fn a_version_that_never_was_is_told_from_one_that_is_newer() {
    let stored = Stored {
        event_type: "HandedOver",
        schema_version: 0,
        data: b"{}",
    };
    let err = HandedOver::upcast(stored).expect_err("versions count from 1");
    assert!(matches!(err, DecodeError::RetiredVersion { found: 0, .. }));
    let text = "\"HandedOver\" is stored in version 0, for which no upcaster is listed";
    assert_eq!(err.to_string(), text);
}

/// Adds up what it is given, in the form of this build.
#[derive(Default)]
struct Scales {
    commits: u32,
    are_through: Arc<tokio::sync::Notify>,
}

impl Subscriber for Scales {
    type State = Vec<f64>;
    type Error = DecodeError;

    async fn take(&mut self, state: &mut Vec<f64>, of: &Recorded) -> Result<(), DecodeError> {
        for event in of.commit.events() {
            let stored = Stored::from(event);
            if HandedOver::covers(stored.event_type) {
                state.push(HandedOver::decode(stored)?.kilograms);
            }
        }
        self.commits += 1;
        if self.commits == LOG {
            self.are_through.notify_one();
        }
        Ok(())
    }
}

/// How many commits the log has of parcels, and of what waits for them.
const LOG: u32 = 6;

#[tokio::test]
async fn every_version_is_brought_up_for_a_subscriber() {
    let (store, _) = log().await;
    let commits = store.head().await.expect("the store is there");
    assert_eq!(commits.as_u64(), u64::from(LOG));
    let mut scales = Scales::default();
    let through = Arc::clone(&scales.are_through);
    let subscription = Subscription::new(store, "scales").partitions(1);
    let worked = subscription.run(&mut scales, through.notified()).await;
    worked.expect("all of it can be read");
    let states = subscription.states::<Vec<f64>>().await;
    assert_eq!(states.expect("the store is there"), [[0.001, 0.02]]);
}

/// Who is told of parcels.
#[derive(ExternalSystem)]
#[external_system(notified_of(HandedOver))]
struct Carrier;

/// Keeps what it is told.
#[derive(Clone, Default)]
struct CarrierClient {
    told: Arc<Mutex<Vec<f64>>>,
}

impl Adapter for CarrierClient {
    type System = Carrier;
    type Notice = HandedOver;
    type Answer = ();
    type Error = Infallible;

    async fn notify(&self, notice: HandedOver, _: &Delivery) -> Result<(), Infallible> {
        let mut told = self.told.lock().expect("no test panics here");
        told.push(notice.kilograms);
        Ok(())
    }
}

bounded_context! {
    Telling {
        external_systems: [Carrier],
        upstream: [Shipping],
    }
}

#[tokio::test]
async fn every_version_is_brought_up_for_an_adapter() {
    let (store, clock) = log().await;
    let carrier = CarrierClient::default();
    let aether = Aether::builder().store(store).clock(clock);
    let aether = aether.context::<Telling>().adapter(carrier.clone());
    let aether = aether.start().await.expect("the context holds together");
    settled(&aether).await;
    let mut told = carrier.told.lock().expect("no test panics here").clone();
    // Those of different actors come in any order.
    told.sort_by(f64::total_cmp);
    assert_eq!(told, [0.001, 0.02]);
    aether.shutdown().await;
}

/// Builds of a scale whose state has one form, while its event has two.
macro_rules! scale {
    ($build:ident, ($($event:tt)*), $grams:ident $(, $before:item)*) => {
        mod $build {
            use std::convert::Infallible;

            use aether::prelude::*;

            #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
            $($event)*
            pub(super) struct Weighed {
                $grams: u64,
            }

            $($before)*

            #[derive(Command, Serialize, Deserialize)]
            pub(super) struct Weigh {
                #[command(id)]
                pub(super) scale: String,
            }

            #[derive(Aggregate, Debug, Default, PartialEq, Serialize, Deserialize)]
            #[aggregate(events(Weighed), snapshot)]
            pub(super) struct Scale {
                pub(super) sum: u64,
            }

            #[handlers]
            impl Scale {
                #[handle]
                fn weigh(&self, _: Weigh) -> Result<Weighed, Infallible> {
                    Ok(Weighed { $grams: 2 })
                }

                #[apply]
                fn weighed(&mut self, event: &Weighed) {
                    self.sum += event.$grams;
                }
            }

            bounded_context! {
                pub(super) Weighing {
                    aggregates: [Scale],
                }
            }
        }
    };
}

scale!(by_kilograms, (), kilograms);
scale!(by_grams, (#[event(version = 2, upcast(WeighedV1))]), grams,
    #[derive(Deserialize)]
    pub(super) struct WeighedV1 {
        kilograms: u64,
    },
    impl From<WeighedV1> for Weighed {
        fn from(v1: WeighedV1) -> Self {
            Self { grams: v1.kilograms * 1000 }
        }
    }
);

/// Weighs once with a build that takes a snapshot of each event, an hour later than the one before,
/// so that the place of the snapshot is free for it.
macro_rules! weigh {
    ($build:ident, $store:expr, $hour:literal) => {{
        let clock = ManualClock::at(Timestamp::UNIX_EPOCH.after(Duration::from_hours($hour)));
        let aether = Aether::builder().store($store.clone()).clock(clock);
        let each = SnapshotPolicy::every(NonZeroU64::MIN);
        let aether = aether.snapshots(each).context::<$build::Weighing>();
        let aether = aether.start().await.expect("the context holds together");
        let before = aether.load::<$build::Scale>("1").await.expect("it is read");
        let weigh = $build::Weigh {
            scale: "1".to_owned(),
        };
        aether.send(weigh).await.expect("it is not refused");
        settled(&aether).await;
        aether.shutdown().await;
        before.sum
    }};
}

#[tokio::test]
async fn a_snapshot_of_events_in_an_earlier_form_is_not_used_and_is_replaced() {
    let store = InMemoryEventStore::new();
    let scale = ActorId::of("Scale", "1").expect("the key is short");
    let kept = async || {
        let snapshot = store.snapshot(&scale).await.expect("the store is there");
        let snapshot = snapshot.expect("one was taken");
        (
            snapshot.version.as_u64(),
            snapshot.state.as_str().to_owned(),
        )
    };
    assert_eq!(weigh!(by_kilograms, store, 0), 0);
    assert_eq!(kept().await, (1, r#"{"sum":2}"#.to_owned()));
    // The state that was kept looks as the new build's does, and means something else.
    assert_eq!(weigh!(by_grams, store, 1), 2_000);
    assert_eq!(kept().await, (2, r#"{"sum":2002}"#.to_owned()));
    let verified = verify_context::<by_grams::Weighing>(&store, |_| {}).await;
    let verified = verified.expect("the store is there");
    assert_eq!((verified.actors, verified.differences), (1, 0));
}

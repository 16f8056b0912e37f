//! Process managers: which instance an event concerns, and what the model says.

use std::time::Duration;

use aether::{
    domain::{Instances, Issues, Keyed, Stored},
    eventstorming::{
        Model,
        meta::{self, BoundedContext as _, Flow},
        model::{Cardinality, ElementId, Verb},
    },
    prelude::*,
    testing::{policy, process},
};
use serde_json::json;

#[derive(Id, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct OrderId(u64);

/// Where an order lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Place {
    order: OrderId,
}

impl Place {
    const fn order(&self) -> &OrderId {
        &self.order
    }
}

/// An order came in.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Ordered {
    order: OrderId,
    hours: u64,
}

/// An order was put somewhere.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Placed {
    at: Place,
}

/// Somebody paid, perhaps for an order.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Paid {
    r#for: Option<OrderId>,
}

/// A parcel moved.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Parcel {
    Sent { order: OrderId },
    Lost { order: OrderId },
    Counted,
}

impl Parcel {
    const fn order(&self) -> Option<&OrderId> {
        match self {
            Self::Sent { order } | Self::Lost { order } => Some(order),
            Self::Counted => None,
        }
    }
}

/// Somebody looked at an order.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Looked {
    #[serde(rename = "o")]
    order: OrderId,
}

macro_rules! commands {
    ($($command:ident)+) => {$(
        #[derive(Command, Debug, Clone, PartialEq, Serialize, Deserialize)]
        struct $command {
            #[command(id)]
            order: OrderId,
        }
    )+};
}

commands! { Ship Void Remind Thank }

/// Gets an order out of the door.
///
/// Hotspot: and returns?
#[derive(ProcessManager, Debug, Default, PartialEq)]
#[process_manager(key = OrderId, context = Ordering)]
struct Fulfilment {
    paid: bool,
    places: u32,
    lost: u32,
}

#[handlers]
impl Fulfilment {
    #[react(key = order)]
    fn ordered(&self, event: &Ordered) -> (After<Void, Hours<24>>, After<Remind>) {
        let order = || event.order.clone();
        let remind = After::hours(event.hours, Remind { order: order() });
        (After::fixed(Void { order: order() }), remind)
    }

    #[apply(key = at.order())]
    fn placed(&mut self, _: &Placed) {
        self.places += 1;
    }

    #[apply(key = r#for)]
    fn paid(&mut self, _: &Paid) {
        self.paid = true;
    }

    /// Once both are there.
    #[react]
    fn ship(&self, event: &Paid) -> Option<(Ship, Cancel<Void>)> {
        let order = event.r#for.clone()?;
        let cancel = Cancel::of(&order);
        (self.paid && self.places > 0).then_some((Ship { order }, cancel))
    }

    #[apply(key = order())]
    fn moved(&mut self, event: Parcel) {
        self.lost += u32::from(matches!(event, Parcel::Lost { .. }));
    }

    #[apply(key = |event| &event.order)]
    fn looked(&mut self, _: &Looked) {}

    #[cfg(any())]
    #[react(key = nothing)]
    fn never(&self, _: &NoSuchEvent) {}
}

/// What may come of a look.
#[derive(Command, Debug, Clone, PartialEq)]
enum FollowUp {
    Ship(Ship),
    Void(Void),
}

/// What may come of a place: at once, later, twice or no more.
#[derive(Command, Debug, Clone, PartialEq)]
enum NextStep<C: Command + Issues> {
    Now(Box<C>),
    Later(After<C, Hours<2>>),
    Twice(Option<(After<C>, After<C>)>),
    Never(Cancel<C>),
    Other(FollowUp),
}

/// Steps on.
#[derive(Policy, Default)]
struct StepWhenPlaced;

#[handlers]
impl StepWhenPlaced {
    #[react]
    fn placed(&self, event: &Placed) -> NextStep<Thank> {
        let order = event.at.order.clone();
        let thank = || Thank {
            order: order.clone(),
        };
        match order {
            OrderId(0) => NextStep::Now(Box::new(thank())),
            OrderId(1) => NextStep::Later(After::fixed(thank())),
            OrderId(2) => NextStep::Twice(None),
            OrderId(3) => NextStep::Never(Cancel::of(&order)),
            OrderId(_) => NextStep::Other(FollowUp::Ship(Ship { order })),
        }
    }
}

/// Decides.
#[derive(Policy, Default)]
struct DecideWhenLooked;

#[handlers]
impl DecideWhenLooked {
    #[react]
    fn looked(&self, event: &Looked) -> Option<FollowUp> {
        let order = event.order.clone();
        Some(match event.order {
            OrderId(0) => FollowUp::Void(Void { order }),
            OrderId(_) => FollowUp::Ship(Ship { order }),
        })
    }
}

/// Thanks, whoever it was.
#[derive(ProcessManager, Default)]
#[process_manager(key = OrderId, name = "Manners")]
struct Thanks;

#[handlers]
impl Thanks {
    #[react(key = Self::payer)]
    fn paid(&self, event: &Paid) -> Option<After<Thank>> {
        let order = event.r#for.clone()?;
        Some(After::days(1, Thank { order }))
    }

    fn payer(event: &Paid) -> Option<OrderId> {
        event.r#for.clone()
    }
}

/// The warehouse.
#[derive(ExternalSystem)]
#[external_system(
    emits(Ordered, Placed, Paid, Parcel, Looked),
    handles(Ship, Void, Remind, Thank)
)]
struct Warehouse;

bounded_context! {
    /// Takes orders.
    Ordering {
        policies: [DecideWhenLooked, StepWhenPlaced],
        process_managers: [Fulfilment, Thanks],
        external_systems: [Warehouse],
    }
}

fn id(number: u64) -> OrderId {
    OrderId::from(number)
}

/// The key of a stored event.
fn concerned(event_type: &str, data: &serde_json::Value) -> Option<String> {
    let data = data.to_string();
    let stored = Stored {
        event_type,
        schema_version: 1,
        data: data.as_bytes(),
    };
    Fulfilment::concerned(stored).expect("it can be read")
}

#[test]
fn the_key_is_a_field_or_lies_behind_one_or_is_what_a_function_gives() {
    let some = |key: &str| Some(key.to_owned());
    assert_eq!(
        concerned("Ordered", &json!({"order": 1, "hours": 2})),
        some("1")
    );
    assert_eq!(concerned("Placed", &json!({"at": {"order": 2}})), some("2"));
    assert_eq!(concerned("Paid", &json!({"for": 3})), some("3"));
    assert_eq!(concerned("Sent", &json!({"order": 4})), some("4"));
    assert_eq!(concerned("Looked", &json!({"o": 5})), some("5"));
    assert_eq!(Thanks::key(&Paid { r#for: Some(id(6)) }), Some(id(6)));
}

#[test]
fn an_event_without_a_key_and_one_of_another_kind_concern_no_instance() {
    assert_eq!(concerned("Paid", &json!({"for": null})), None);
    assert_eq!(concerned("Counted", &json!({})), None);
    assert_eq!(concerned("Shipped", &json!("unread")), None);
    let unreadable = Stored {
        event_type: "Paid",
        schema_version: 1,
        data: b"[]",
    };
    assert!(Fulfilment::concerned(unreadable).is_err());
}

#[test]
fn a_reaction_sees_the_state_with_its_event_applied() {
    let (placed, paid) = (
        |order| Placed {
            at: Place { order },
        },
        |order| Paid { r#for: Some(order) },
    );
    process::<Fulfilment>()
        .when(paid(id(7)))
        .then_nothing()
        .then_state(7, |it| assert!(it.paid))
        .given(placed(id(8)))
        .when(paid(id(8)))
        .then_issues((Ship { order: id(8) }, Cancel::<Void>::of(8)))
        .when(Paid { r#for: None })
        .then_nothing();
}

#[test]
fn deadlines_pass_as_the_test_says_and_in_their_order() {
    let hour = Duration::from_hours(1);
    let fixed: After<Void, Hours<24>> = After::fixed(Void { order: id(7) });
    process::<Fulfilment>()
        .when(Ordered {
            order: id(7),
            hours: 2,
        })
        .then_issues((fixed, After::hours(2, Remind { order: id(7) })))
        .after(hour)
        .then_nothing()
        .after(24 * hour)
        .then_issues((Remind { order: id(7) }, Void { order: id(7) }));
}

#[test]
fn the_metadata_says_what_is_kept_and_what_is_done() {
    let meta = Fulfilment::META;
    assert_eq!((meta.name.as_str(), meta.key), ("Fulfilment", "OrderId"));
    assert_eq!(meta.docs.hotspots, ["and returns?"]);
    let kept: Vec<_> = meta.applies.iter().copied().flatten().collect();
    let kept: Vec<_> = kept.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(
        kept,
        ["Placed", "Paid", "Sent", "Lost", "Counted", "Looked"]
    );
    let [ordered, paid] = meta.reactions else {
        panic!("it reacts to two events");
    };
    let Flow::AllOf([Flow::Later(_, Some(fixed)), Flow::Later(_, None)]) = ordered.issues else {
        panic!("{:?}", ordered.issues);
    };
    assert_eq!(*fixed, Duration::from_hours(24));
    let issued: Vec<_> = paid.issues.members();
    let issued: Vec<_> = issued.iter().map(|command| command.name.as_str()).collect();
    assert_eq!(issued, ["Ship"]);
    assert_eq!(Thanks::META.name.as_str(), "Manners");
    assert_eq!(Ordering::META.process_managers.len(), 2);
    assert!(meta.location.line > 0 && meta.name.is(&meta::Name::new("Fulfilment")));
}

fn element(name: &str) -> ElementId {
    format!("Ordering/{name}").parse().expect("an id")
}

#[test]
fn the_model_has_it_as_a_policy_with_a_memory_and_says_how_long_it_waits() {
    let model = Model::of::<Ordering>();
    let fulfilment = model
        .element(&element("policy/Fulfilment"))
        .expect("it is there");
    assert!(fulfilment.is_stateful());
    assert_eq!(
        (fulfilment.key(), fulfilment.after()),
        (Some("OrderId"), None)
    );
    assert_eq!(fulfilment.label, "Fulfilment");
    let manners = model
        .element(&element("policy/Manners"))
        .expect("it is there");
    assert_eq!(manners.after(), Some("a while"));
    let issued = |command: &str| {
        let mut relations = model.relations_from(&fulfilment.id);
        let found = relations.find(|known| known.to == element(command));
        let found = found.expect("it is issued");
        (found.verb, found.after.as_deref(), found.cardinality)
    };
    let maybe = Some(Cardinality::Optional);
    let surely = Some(Cardinality::One);
    assert_eq!(issued("command/Void"), (Verb::Issues, Some("24 h"), surely));
    assert_eq!(
        issued("command/Remind"),
        (Verb::Issues, Some("a while"), surely)
    );
    assert_eq!(issued("command/Ship"), (Verb::Issues, None, maybe));
    let comes = |event: &str| {
        let mut relations = model.relations_to(&fulfilment.id);
        relations
            .find(|known| known.from == element(event))
            .map(|known| known.verb)
    };
    assert_eq!(comes("event/Ordered"), Some(Verb::Activates));
    assert_eq!(comes("event/Paid"), Some(Verb::Activates));
    assert_eq!(comes("event/Placed"), Some(Verb::Feeds));
}

#[test]
fn it_is_drawn_and_written_as_what_it_is() {
    let model = Model::of::<Ordering>();
    let svg = model.board().svg();
    assert!(svg.contains(">process manager<"), "{svg}");
    assert!(svg.contains(">after 24 h<") && svg.contains("keeps a state for each OrderId"));
    let chart = model.mermaid();
    assert!(
        chart.contains(r#"{{"Fulfilment (process manager)"}}:::policy"#),
        "{chart}"
    );
    assert!(chart.contains("-->|issues after 24 h|") && chart.contains("-->|feeds|"));
    let json = model.to_json();
    assert!(json.contains(r#""key": "OrderId""#) && json.contains(r#""after": "24 h""#));
    assert_eq!(Model::from_json(&json).expect("it is a model"), model);
}

#[test]
fn an_enum_of_commands_is_one_of_them() {
    let looked = |order| Looked { order: id(order) };
    policy::<DecideWhenLooked>()
        .when(looked(0))
        .then_issues(Void { order: id(0) })
        .when(looked(1))
        .then_issues(FollowUp::Ship(Ship { order: id(1) }));
    let [reaction] = DecideWhenLooked::META.reactions else {
        panic!("it reacts to one event");
    };
    let Flow::Maybe(Flow::Either([Flow::One(ship), Flow::One(void)])) = reaction.issues else {
        panic!("{:?}", reaction.issues);
    };
    assert_eq!((ship.name.as_str(), void.name.as_str()), ("Ship", "Void"));
}

#[test]
fn an_enum_of_commands_holds_whatever_a_reaction_may_return() {
    let placed = |order| Placed {
        at: Place { order: id(order) },
    };
    let thank = |order| Thank { order: id(order) };
    let later: After<Thank, Hours<2>> = After::fixed(thank(1));
    policy::<StepWhenPlaced>()
        .when(placed(0))
        .then_issues(thank(0))
        .when(placed(1))
        .then_issues(later)
        .when(placed(2))
        .then_nothing()
        .when(placed(3))
        .then_issues(Cancel::<Thank>::of(3))
        .when(placed(4))
        .then_issues(Ship { order: id(4) });
    let model = Model::of::<Ordering>();
    let issued = |command: &str| {
        let policy = element("policy/StepWhenPlaced");
        let mut relations = model.relations_from(&policy);
        let found = relations.find(|known| known.to == element(command));
        let found = found.expect("it is issued");
        (found.after.clone(), found.cardinality)
    };
    // Now or later, and perhaps twice.
    assert_eq!(issued("command/Thank"), (None, Some(Cardinality::Many)));
    let perhaps = Some(Cardinality::Alternative);
    assert_eq!(issued("command/Ship"), (None, perhaps));
}

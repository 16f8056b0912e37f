//! What a type does, in several impl blocks.

use std::convert::Infallible;

use aether::{
    ActorId, CommandId, Payload,
    domain::{Context, Handlers, Instances as _, ProcessManager as _},
    eventstorming::Model,
    prelude::*,
    testing::{given, process, projection},
};

/// A table was laid.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Laid {
    table: String,
}

/// Someone sat down.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seated {
    guests: u32,
}

/// The table is free again.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Cleared {}

/// Lay a table.
#[derive(Command, Serialize, Deserialize)]
struct Lay {
    #[command(id)]
    table: String,
}

/// Lead guests to a table.
#[derive(Command, Serialize, Deserialize)]
struct Seat {
    #[command(id)]
    table: String,
    guests: u32,
}

/// Clear a table.
#[derive(Command, Serialize, Deserialize)]
struct Clear {
    #[command(id)]
    table: String,
}

/// A table of a restaurant.
#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Laid, Seated, Cleared))]
struct Table {
    guests: u32,
}

#[handlers(parts(seating, r#in))]
impl Table {
    #[handle]
    fn lay(&self, command: Lay) -> Result<Laid, Infallible> {
        Ok(Laid {
            table: command.table,
        })
    }

    /// Note: with a cloth on Sundays.
    #[apply]
    fn laid(&mut self, _: &Laid) {}
}

/// Guests come and go.
mod seating {
    use super::*;

    #[handlers(part = seating)]
    impl Table {
        #[handle]
        fn seat(&self, command: Seat) -> Result<Option<Seated>, Infallible> {
            let seated = Seated {
                guests: command.guests,
            };
            Ok((self.guests == 0).then_some(seated))
        }

        /// Note: children count.
        #[apply]
        fn seated(&mut self, event: &Seated) {
            self.guests = event.guests;
        }
    }
}

#[handlers(part = r#in)]
impl Table {
    #[handle]
    fn clear(&self, _: Clear) -> Result<Cleared, Infallible> {
        Ok(Cleared {})
    }

    #[apply]
    fn cleared(&mut self, _: &Cleared) {
        self.guests = 0;
    }
}

/// Who is told of full tables.
#[derive(Policy, Default)]
struct ClearWhenSeated;

#[handlers(parts(seated))]
impl ClearWhenSeated {}

#[handlers(part = seated)]
impl ClearWhenSeated {
    #[react]
    fn seated(&self, event: &Seated) -> Option<Clear> {
        (event.guests == 0).then(|| Clear {
            table: "1".to_owned(),
        })
    }
}

/// How many are seated?
#[derive(Query)]
struct HowMany;

/// All guests.
#[derive(Projection, Default)]
struct Guests {
    seated: u32,
    others: u32,
}

#[handlers(parts(asking))]
impl Guests {
    #[apply]
    fn other(&mut self, _: &RawEvent) {
        self.others += 1;
    }
}

#[handlers(part = asking)]
impl Guests {
    #[apply]
    fn seated(&mut self, event: &Seated) {
        self.seated += event.guests;
    }

    #[answer]
    fn how_many(&self, _: HowMany) -> u32 {
        self.seated
    }
}

/// Turns a table over: once its guests are gone, it is cleared, and laid again.
#[derive(ProcessManager, Debug, Default)]
#[process_manager(key = String)]
struct Turnover {
    seated: bool,
}

/// Says no key itself.
#[handlers(parts(coming, going))]
impl Turnover {}

#[handlers(part = coming)]
impl Turnover {
    #[apply(key = table)]
    fn laid(&mut self, _: &Laid) {
        self.seated = false;
    }

    #[apply(key = |_| "1".to_owned())]
    fn seated(&mut self, _: &Seated) {
        self.seated = true;
    }
}

/// The keys are said where the state is kept.
#[handlers(part = going)]
impl Turnover {
    #[react]
    fn on_seated(&self, _: &Seated) -> After<Clear, Hours<2>> {
        After::fixed(Clear {
            table: "1".to_owned(),
        })
    }

    #[react(key = |_| "1".to_owned())]
    fn cleared(&self, _: &Cleared) -> Option<Lay> {
        self.seated.then(|| Lay {
            table: "1".to_owned(),
        })
    }
}

/// How much room a guest has.
trait Room: Default + Send + Sync + 'static {
    const SEATS: u32;
}

#[derive(Default)]
struct Small;

impl Room for Small {
    const SEATS: u32 = 2;
}

/// A table of some size. What it does stands in two blocks, whoever it is of.
#[derive(Aggregate, Default)]
#[aggregate(event = BarEvent, name = "Bar")]
struct Bar<R>
where
    R: Room,
{
    room: std::marker::PhantomData<R>,
    guests: u32,
}

/// What happens at the bar.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[event(prefix = "Bar")]
enum BarEvent {
    Filled { guests: u32 },
}

/// Sit down at the bar.
#[derive(Command, Serialize, Deserialize)]
struct Fill {
    #[command(id)]
    bar: String,
    guests: u32,
}

#[handlers(parts(drinking))]
impl<R> Bar<R>
where
    R: Room,
{
    #[apply]
    fn happened(&mut self, event: &BarEvent) {
        let BarEvent::Filled { guests } = event;
        self.guests += guests;
    }
}

#[handlers(part = drinking)]
impl<R: Room> Bar<R> {
    #[handle]
    fn fill(&self, command: Fill) -> Result<Option<BarEvent>, Infallible> {
        let guests = command.guests;
        let fits = self.guests + guests <= R::SEATS;
        Ok(fits.then_some(BarEvent::Filled { guests }))
    }
}

bounded_context! {
    Serving {
        aggregates: [Table, Bar<Small>],
        policies: [ClearWhenSeated],
        process_managers: [Turnover],
        projections: [Guests],
    }
}

#[test]
fn the_blocks_of_a_type_make_one_table_in_the_order_listed() {
    let commands = Table::HANDLERS.iter().map(|row| row.command.name.as_str());
    assert_eq!(commands.collect::<Vec<_>>(), ["Lay", "Seat", "Clear"]);
    let rows = Table::ON_COMMAND
        .iter()
        .map(|row| row.command().name.as_str());
    assert_eq!(rows.collect::<Vec<_>>(), ["Lay", "Seat", "Clear"]);
    assert_eq!((Table::APPLIES.len(), Table::ON_APPLY.len()), (3, 3));
    let remarks = Table::REMARKS.iter().flat_map(|docs| docs.notes);
    let remarks: Vec<_> = remarks.copied().collect();
    assert_eq!(remarks, ["with a cloth on Sundays.", "children count."]);
    assert_eq!(ClearWhenSeated::REACTIONS.len(), 1);
    let questions = Guests::ANSWERS.iter().map(|row| row.query.name.as_str());
    assert_eq!(questions.collect::<Vec<_>>(), ["HowMany"]);
}

#[test]
fn the_model_shows_what_every_block_says() {
    let model = Model::of::<Serving>();
    let names: Vec<_> = model.elements().iter().map(|it| it.id.name()).collect();
    for name in [
        "Lay", "Seat", "Clear", "Laid", "Seated", "Cleared", "HowMany",
    ] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
}

#[test]
fn a_handler_of_a_part_decides_and_its_events_are_applied() {
    given::<Table>(Laid {
        table: "1".to_owned(),
    })
    .when(Seat {
        table: "1".to_owned(),
        guests: 3,
    })
    .then(Seated { guests: 3 });
    let row = Table::ON_COMMAND.last().expect("there are three");
    let clear = Payload::of(&Clear {
        table: "1".to_owned(),
    });
    let actor = ActorId::of("Table", "1").expect("the key is short");
    let context = Context::new(actor, CommandId::new());
    let events = row.run(&Table::default(), &clear.expect("it is JSON"), &context);
    let types = events.expect("it is never refused");
    let types: Vec<_> = types.iter().map(|event| &*event.event_type).collect();
    assert_eq!(types, ["Cleared"]);
}

#[test]
fn an_event_of_any_type_is_left_to_whom_it_is_left_even_in_the_first_block() {
    projection::<Guests>()
        .given("Table.1", Seated { guests: 2 })
        .given("Table.1", Cleared {})
        .then_state(|guests| assert_eq!((guests.seated, guests.others), (2, 1)));
}

#[test]
fn the_keys_of_a_process_manager_stand_in_any_of_its_blocks() {
    let later: After<Clear, Hours<2>> = After::fixed(Clear {
        table: "1".to_owned(),
    });
    process::<Turnover>()
        .given(Laid {
            table: "1".to_owned(),
        })
        .when(Cleared {})
        .then_nothing()
        .when(Seated { guests: 2 })
        .then_issues(later)
        .when(Cleared {})
        .then_issues(Lay {
            table: "1".to_owned(),
        });
    let kept = Turnover::META.applies.iter().copied().flatten();
    let kept: Vec<_> = kept.map(|event| event.name.as_str()).collect();
    assert_eq!(kept, ["Laid", "Seated"]);
    assert_eq!(
        (Turnover::ON_KEY.len(), Turnover::META.reactions.len()),
        (3, 2)
    );
}

#[test]
fn a_generic_type_has_parts_as_well() {
    let fill = |guests| Fill {
        bar: "1".to_owned(),
        guests,
    };
    given::<Bar<Small>>([])
        .when(fill(2))
        .then(BarEvent::Filled { guests: 2 })
        .when(fill(1))
        .then_nothing();
    let commands = Bar::<Small>::HANDLERS
        .iter()
        .map(|row| row.command.name.as_str());
    assert_eq!(commands.collect::<Vec<_>>(), ["Fill"]);
    assert_eq!(Bar::<Small>::ON_APPLY.len(), 1);
}

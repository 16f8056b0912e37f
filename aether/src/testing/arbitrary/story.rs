use std::{
    fmt::{self, Debug},
    marker::PhantomData,
    time::Duration,
};

use proptest::{
    collection::{SizeRange, vec},
    prelude::*,
    strategy::{Union, ValueTree as _},
    test_runner::TestRunner,
};
use serde_json::Value;

use super::{Commands, History, Kind, values::values};
use crate::{
    ActorId, Payload,
    domain::{Aggregate, Handlers},
    testing::failure::fail,
};

/// Commands with arbitrary values that one actor is sent, with arbitrary times between them.
///
/// It says what is asked for, and [`Story::play`] finds out what comes of it.
#[derive(Clone)]
pub struct Story<A> {
    pub(super) actor_id: ActorId,
    pub(super) asked: Vec<Asked>,
    pub(super) aggregate: PhantomData<fn() -> A>,
}

/// A command, and how long after the one before it is sent.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) command: &'static str,
    pub(super) data: Payload,
    pub(super) after: Duration,
}

impl Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (command, data) = (self.command, self.data.as_str());
        write!(f, "after {:?}: {command} {data}", self.after)
    }
}

impl<A> Debug for Story<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is sent ", self.actor_id)?;
        f.debug_list().entries(&self.asked).finish()
    }
}

impl<A: Aggregate + Handlers> Story<A> {
    /// Sends the commands, one after the other, to an actor to which nothing has happened yet.
    ///
    /// # Panics
    /// If a handler or a fold does, or an event cannot be stored or not be read back.
    #[track_caller]
    pub fn play(&self) -> History<A> {
        History::of(self)
    }
}

/// Stories of an aggregate: as many commands as are said, of all the kinds that it handles.
///
/// ```
/// use std::convert::Infallible;
///
/// use aether::{prelude::*, testing::arbitrary::{proptest::prelude::*, stories}};
///
/// #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// pub struct Counted { pub by: u8 }
///
/// #[derive(Command, Serialize, Deserialize, JsonSchema)]
/// pub struct Count { #[command(id)] pub counter: String, pub by: u8 }
///
/// #[derive(Aggregate, Debug, Default, PartialEq)]
/// #[aggregate(events(Counted))]
/// pub struct Counter { total: u32 }
///
/// #[handlers]
/// impl Counter {
///     #[handle]
///     fn count(&self, command: Count) -> Result<Option<Counted>, Infallible> {
///         Ok(Some(Counted { by: command.by }).filter(|counted| counted.by > 0))
///     }
///
///     #[apply]
///     fn counted(&mut self, event: &Counted) {
///         self.total += u32::from(event.by);
///     }
/// }
///
/// proptest!(|(story in stories::<Counter, (Count,)>(0..8))| {
///     let history = story.play();
///     prop_assert!(history.state().total as usize >= history.events().len());
///     history.verify();
/// });
/// ```
///
/// All commands of a story have the same key: what is made of the field marked `#[command(id)]`
/// of the first kind is put into that field of all of them.
///
/// # Panics
/// If a kind of command that the aggregate handles is missing, or there is one that it does not
/// handle; or if a command cannot be made of its schema.
#[track_caller]
pub fn stories<A, C>(commands: impl Into<SizeRange>) -> BoxedStrategy<Story<A>>
where
    A: Aggregate + Handlers,
    C: Commands,
{
    let kinds = C::kinds();
    check::<A>(&kinds);
    let kinds: Vec<_> = kinds.into_iter().map(Addressed::of).collect();
    let Some(first) = kinds.first() else {
        fail(&format!("`{}` handles no commands", A::META.name));
    };
    let asked = Union::new(kinds.iter().map(Addressed::asked));
    (first.ids(), vec(asked, commands))
        .prop_filter_map("the key names no actor", move |(id, asked)| {
            let key = kinds.first()?.key_of(&id)?;
            let actor_id = ActorId::of(A::META.name.as_str(), &key).ok()?;
            let asked = asked.into_iter().map(|asked| addressed(&kinds, asked, &id));
            Some(Story {
                actor_id,
                asked: asked.collect::<Option<_>>()?,
                aggregate: PhantomData,
            })
        })
        .boxed()
}

/// The kinds are those that the aggregate handles.
#[track_caller]
fn check<A: Aggregate + Handlers>(kinds: &[Kind]) {
    let name = A::META.name;
    let handled = || {
        A::HANDLERS
            .iter()
            .map(|handler| handler.command.name.as_str())
    };
    if let Some(missing) = handled().find(|it| kinds.iter().all(|kind| kind.name != *it)) {
        fail(&format!(
            "`{name}` handles `{missing}` as well: list it, or the stories leave out what it does"
        ));
    }
    if let Some(stranger) = kinds
        .iter()
        .find(|kind| !handled().any(|it| it == kind.name))
    {
        fail(&format!("`{name}` does not handle `{}`", stranger.name));
    }
}

/// A kind of command, and the field that its key comes from.
#[derive(Clone)]
struct Addressed {
    kind: Kind,
    id_field: String,
    sample: Value,
}

/// The number of a kind, a value of it, and the pause before it.
type Raw = (&'static str, Value, Duration);

impl Addressed {
    /// How many values are tried to find the field.
    const TRIES: usize = 200;

    #[track_caller]
    fn of(kind: Kind) -> Self {
        let mut runner = TestRunner::deterministic();
        let made = values(&kind.schema);
        let mut next = || made.new_tree(&mut runner).ok().map(|tree| tree.current());
        let mut sample: Option<Value> = None;
        for _ in 0..Self::TRIES {
            let Some(value) = next().filter(|value| kind.key(value).is_some()) else {
                continue;
            };
            let found = sample
                .as_ref()
                .and_then(|sample| kind.id_field(sample, &value));
            match (found, sample.take()) {
                (Some(id_field), Some(sample)) => {
                    return Self {
                        kind,
                        id_field,
                        sample,
                    };
                }
                (_, known) => sample = Some(known.unwrap_or(value)),
            }
        }
        let name = kind.name;
        fail(&match sample {
            Some(_) => format!(
                "the field that addresses `{name}` cannot be found: no other value of a field \
                 gives another key"
            ),
            None => format!("`{name}` takes nothing of what its JSON Schema allows"),
        })
    }

    /// Values of the field that its key comes from.
    fn ids(&self) -> BoxedStrategy<Value> {
        let field = self.id_field.clone();
        values(&self.kind.schema)
            .prop_filter_map("no key", move |value| value.get(&field).cloned())
            .boxed()
    }

    fn asked(&self) -> BoxedStrategy<Raw> {
        let (name, kind) = (self.kind.name, self.kind.clone());
        let reason = format!("`{name}` does not take what its JSON Schema allows");
        let made = values(&self.kind.schema);
        let made = made.prop_filter(reason, move |value| kind.key(value).is_some());
        (made, pauses())
            .prop_map(move |(value, after)| (name, value, after))
            .boxed()
    }

    /// The same command, addressed to another.
    fn with_id(&self, mut value: Value, id: &Value) -> Option<Value> {
        let field = value.get_mut(&self.id_field)?;
        field.clone_from(id);
        self.kind.key(&value).is_some().then_some(value)
    }

    fn key_of(&self, id: &Value) -> Option<String> {
        let sample = self.with_id(self.sample.clone(), id)?;
        self.kind.key(&sample)
    }
}

fn addressed(kinds: &[Addressed], (name, value, after): Raw, id: &Value) -> Option<Asked> {
    let kind = kinds.iter().find(|kind| kind.kind.name == name)?;
    let value = kind.with_id(value, id)?;
    Some(Asked {
        command: name,
        data: Payload::of(&value).ok()?,
        after,
    })
}

/// None, seconds, or up to a month.
fn pauses() -> BoxedStrategy<Duration> {
    prop_oneof![
        2 => Just(0),
        2 => 0..600_u64,
        1 => 0..2_592_000_u64,
    ]
    .prop_map(Duration::from_secs)
    .boxed()
}

use std::{collections::HashMap, fmt, fs, future::Future, path::Path, pin::Pin};

use aether::{
    ActorId, DynEventStore, Event, InvalidPayload, Payload, Position, StoreError, Version,
    domain::{
        Aggregate, BoundedContext, ExternalSystem, Handlers, Instances, Policy, ProcessManager,
        Projection, Register, ReplayError, Replayed,
    },
    eventstorming::{Model, meta},
    runtime::{
        Finding, Verified,
        projections::{RebuildError, RebuildProgress, rebuild_here},
        verify_context,
    },
};
use serde::Serialize;

use super::failure::Failure;

/// What is known of the types of a domain: nothing, unless contexts were given.
#[derive(Default)]
pub(crate) struct Domain {
    contexts: Vec<&'static meta::Context>,
    aggregates: HashMap<&'static str, Begin>,
    verifying: Vec<Verify>,
    rebuilding: HashMap<&'static str, Rebuild>,
}

/// An actor whose events are being folded, with its type forgotten.
pub(crate) trait Folding: Send {
    fn version(&self) -> Version;

    fn apply(&mut self, event: &Event, position: Position) -> Result<(), ReplayError>;

    /// The state as it is written; none if nobody has said how.
    fn state(&self) -> Option<Written>;
}

pub(crate) type Written = Result<Payload, InvalidPayload>;
type Begin = fn(ActorId) -> Box<dyn Folding>;
pub(crate) type Tell<'a> = Box<dyn FnMut(Finding) + Send + 'a>;
type Verifying<'a> = Pin<Box<dyn Future<Output = Result<Verified, StoreError>> + Send + 'a>>;
type Verify = for<'a> fn(&'a DynEventStore, Tell<'a>) -> Verifying<'a>;

/// Is told how far a rebuild has come.
pub(crate) type Progress<'a> = Box<dyn FnMut(RebuildProgress) + Send + 'a>;
type Rebuilt = Result<RebuildProgress, RebuildError>;
type Rebuilding<'a> = Pin<Box<dyn Future<Output = Rebuilt> + Send + 'a>>;
pub(crate) type Rebuild = for<'a> fn(&'a DynEventStore, Progress<'a>) -> Rebuilding<'a>;

struct Folded<A> {
    replayed: Replayed<A>,
    write: fn(&A) -> Option<Written>,
}

impl<A: Aggregate> Folding for Folded<A> {
    fn version(&self) -> Version {
        self.replayed.version()
    }

    fn apply(&mut self, event: &Event, position: Position) -> Result<(), ReplayError> {
        self.replayed.apply(event, position)
    }

    fn state(&self) -> Option<Written> {
        (self.write)(self.replayed.state())
    }
}

impl Domain {
    pub(crate) fn add<C: BoundedContext>(&mut self) {
        C::register(self);
        self.contexts.push(C::META);
        self.verifying.push(verifying::<C>);
    }

    pub(crate) fn show<A: Aggregate + Serialize>(&mut self) {
        let begin: Begin = |actor_id| {
            Box::new(Folded::<A> {
                replayed: Replayed::new(actor_id),
                write: |state| Some(Payload::of(state)),
            })
        };
        self.aggregates.insert(A::META.name.as_str(), begin);
    }

    /// An actor without events, if its aggregate is known.
    pub(crate) fn actor(&self, actor_id: &ActorId) -> Option<Box<dyn Folding>> {
        let begin = self.aggregates.get(actor_id.actor_type())?;
        Some(begin(actor_id.clone()))
    }

    /// How the actors of each context are verified.
    pub(crate) fn verifying(&self) -> &[Verify] {
        &self.verifying
    }

    /// How a projection is built anew, if it is known and kept beside the log.
    pub(crate) fn rebuilding(&self, projection: &str) -> Option<Rebuild> {
        self.rebuilding.get(projection).copied()
    }

    /// The model in a file, or else that of the contexts.
    pub(crate) fn model(&self, file: Option<&Path>) -> Result<Model, Failure> {
        let Some(path) = file else {
            return self.own_model();
        };
        let text = fs::read_to_string(path).map_err(|err| Failure::file(path, "read", err))?;
        Model::from_json(&text).map_err(|source| Failure::Model {
            path: path.to_owned(),
            source: Box::new(source),
        })
    }

    fn own_model(&self) -> Result<Model, Failure> {
        if self.contexts.is_empty() {
            return Err(Failure::NoModel);
        }
        let model = Model::from_contexts(&self.contexts);
        model.map_err(|source| Failure::Contexts(Box::new(source)))
    }
}

fn verifying<'a, C: BoundedContext>(store: &'a DynEventStore, tell: Tell<'a>) -> Verifying<'a> {
    Box::pin(verify_context::<C>(store, tell))
}

fn rebuilding<'a, P: Projection + Handlers>(
    store: &'a DynEventStore,
    tell: Progress<'a>,
) -> Rebuilding<'a> {
    Box::pin(rebuild_here::<P>(store, tell))
}

impl Register for Domain {
    fn aggregate<A: Aggregate + Handlers>(&mut self) {
        let begin: Begin = |actor_id| {
            Box::new(Folded::<A> {
                replayed: Replayed::new(actor_id),
                write: |state| A::SNAPSHOTS.map(|codec| codec.encode(state)),
            })
        };
        self.aggregates
            .entry(A::META.name.as_str())
            .or_insert(begin);
    }

    fn policy<P: Policy + Handlers>(&mut self) {}

    fn process_manager<P: ProcessManager + Instances>(&mut self) {}

    fn projection<P: Projection + Handlers>(&mut self) {
        if P::SNAPSHOTS.is_some() {
            self.rebuilding
                .insert(P::META.name.as_str(), rebuilding::<P>);
        }
    }

    fn external_system<S: ExternalSystem>(&mut self) {}
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let contexts = self.contexts.iter().map(|context| context.name.as_str());
        f.debug_list().entries(contexts).finish()
    }
}

#[cfg(feature = "breaker")]
mod breaking;

use std::{error::Error, future::Future};

#[cfg(feature = "breaker")]
pub use self::breaking::{Breaker, Breaking, BreakingError};

use tracing::Span;

use super::{
    follower::{Failure, chain},
    reactor::Source,
    trace,
};
use crate::{
    ActorId, CommandId, Event, Position, Timestamp, Version,
    domain::{EventSet, ExternalSystem, Issues, Outgoing, Stored, Timing},
};

/// Tells an external system what happened, and brings its answer back as commands.
///
/// This is where effects on the outside world belong: handlers, folds and policies are pure.
///
/// ```
/// use std::convert::Infallible;
///
/// use aether::{prelude::*, runtime::{Adapter, Delivery}};
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct ParcelDispatched { pub parcel: String }
/// # #[derive(Command, Serialize, Deserialize)]
/// # pub struct RecordPickup { #[command(id)] pub parcel: String }
///
/// #[derive(ExternalSystem)]
/// #[external_system(notified_of(ParcelDispatched))]
/// pub struct Carrier;
///
/// pub struct CarrierClient;
///
/// impl Adapter for CarrierClient {
///     type System = Carrier;
///     type Notice = ParcelDispatched;
///     type Answer = Option<RecordPickup>;
///     type Error = Infallible;
///
///     async fn notify(
///         &self,
///         notice: ParcelDispatched,
///         _delivery: &Delivery,
///     ) -> Result<Option<RecordPickup>, Infallible> {
///         Ok(Some(RecordPickup { parcel: notice.parcel }))
///     }
/// }
/// ```
pub trait Adapter: Send + Sync + 'static {
    /// The system.
    type System: ExternalSystem;
    /// The events it is told of: some of those that the system says it is notified of.
    type Notice: EventSet;
    /// The commands that its answer amounts to.
    type Answer: Issues + Send;
    /// Why telling it failed.
    type Error: Error + Send + Sync + 'static;

    /// Tells the system. Runs at least once for each event, those of an actor in their order, and
    /// again with the same [`Delivery::idempotency_key`] after an error or a crash.
    ///
    /// # Errors
    /// If the system cannot be told now. It is told again, later, while other actors' events go
    /// on; an event that fails too often is [parked](super::parking), with all that follows of its
    /// actor. Nothing is skipped.
    fn notify(
        &self,
        notice: Self::Notice,
        delivery: &Delivery,
    ) -> impl Future<Output = Result<Self::Answer, Self::Error>> + Send;

    /// Whether an error says that the system is out of reach, for this event and any other.
    ///
    /// Then everything waits and is tried again, and nothing is parked. Otherwise, and unless this
    /// is overridden, an error concerns the one event.
    fn is_outage(&self, _err: &Self::Error) -> bool {
        false
    }
}

/// What an adapter may know about the event besides what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The same whenever the same event is told again: hand it to the system, so that it does
    /// the thing once.
    pub idempotency_key: CommandId,
    /// Whose event it is.
    pub actor_id: ActorId,
    /// The event's place in that actor's history.
    pub version: Version,
    /// When it happened.
    pub timestamp: Timestamp,
    /// The place of its commit in the log.
    pub position: Position,
    /// The trace that the event belongs to, as the header `traceparent` of W3C Trace Context has
    /// it: hand it to the system, if it takes part in traces.
    pub traceparent: Option<String>,
}

/// An adapter as a source of commands.
pub(super) struct AdapterSource<A>(pub(super) A);

impl<A: Adapter> Source for AdapterSource<A> {
    async fn commands(&self, event: &Event, position: Position) -> Result<Vec<Outgoing>, Failure> {
        if !A::Notice::covers(&event.event_type) {
            return Ok(Vec::new());
        }
        let halt = |err: &(dyn Error + 'static)| {
            Failure::Halt(format!("event at position {position}: {}", chain(err)))
        };
        let notice = A::Notice::decode(Stored::from(event)).map_err(|err| halt(&err))?;
        let system = A::System::META.name.as_str();
        let delivery = Delivery {
            idempotency_key: CommandId::derived(event.id.as_uuid(), system),
            actor_id: event.actor_id.clone(),
            version: event.version,
            timestamp: event.timestamp,
            position,
            traceparent: trace::traceparent(&Span::current())
                .or_else(|| event.metadata.traceparent.clone()),
        };
        let answer = self.0.notify(notice, &delivery).await;
        let answer = answer.map_err(|err| {
            if self.0.is_outage(&err) {
                Failure::Retry(chain(&err))
            } else {
                Failure::Fail(chain(&err))
            }
        })?;
        let mut commands = Vec::new();
        answer.issue(&mut commands).map_err(|err| halt(&err))?;
        if commands.iter().any(|it| it.timing != Timing::Now) {
            return Err(Failure::Halt(format!(
                "event at position {position}: `{system}` answers with a command that is not to \
                 be carried out at once, which only policies can ask for"
            )));
        }
        Ok(commands)
    }
}

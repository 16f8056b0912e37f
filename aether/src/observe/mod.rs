//! What a log shows of a domain: the other side of what the model declares.
//!
//! One pass over a log, of any store, gives [`Observations`]: how often each event was stored and
//! when last, and what led to what. It knows how commits say why they happened, and leaves the
//! comparison with the model to [`eventstorming::reality`].

mod observer;

use eventstorming::{Model, reality::Observations};

pub use self::observer::Observer;
use crate::store::{EventStore, Span, StoreError};

/// Looks at a part of a log.
///
/// The names in the model tell which policy or system saw to what: a command that an event gave
/// rise to has an id that is made of the event and of that name. What the model does not know is
/// counted as well.
///
/// For each event of the part it keeps some 40 bytes until it is done, for what comes later may be
/// caused by it. A part that begins after the start of the log so has causes that are not known;
/// they are passed over.
///
/// ```
/// use aether::{InMemoryEventStore, observe::observe, store::Span};
/// use eventstorming::Model;
///
/// # async fn doc(model: &Model) -> Result<(), aether::StoreError> {
/// let store = InMemoryEventStore::new();
/// let seen = observe(&store, Span::ALL, model).await?;
/// println!("{}", model.observed(&seen).text());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If the store is out of reach, or so damaged that nothing can be read of it. What cannot be read
/// by itself is counted and passed over.
///
/// # Cancel safety
/// Cancel safe: it changes nothing.
pub async fn observe<S: EventStore>(
    store: &S,
    span: Span,
    model: &Model,
) -> Result<Observations, StoreError> {
    let mut observer = Observer::new(model);
    let mut rest = Some(span);
    while let Some(span) = rest {
        let stretch = store.scan(span).await?;
        for entry in &stretch.entries {
            observer.see(entry);
        }
        rest = stretch.rest;
    }
    Ok(observer.seen())
}

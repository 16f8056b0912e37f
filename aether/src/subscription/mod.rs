//! Reading a log for good: in order, from where it was left, shared among workers.
//!
//! A [`Subscription`] reads the log of a namespace, gives each commit that is wanted to a
//! [`Subscriber`], and keeps how far it has come in the store, together with what the subscriber
//! has made of it: both are one write. It needs a store and nothing else; no runtime, and no
//! domain.
//!
//! - *Each commit is handled, and those of an actor in order.* A worker that fails or dies has
//!   its work taken over from the last checkpoint. So a subscriber may be given a commit again;
//!   but its state then is the one from before, and so what is kept in the state is made once.
//! - *Workers share the work.* Actors are spread over partitions, and partitions over the workers
//!   that are there, one worker each. A worker that comes or goes changes that within moments.
//! - *A worker that is cut off can change nothing.* Whoever takes over a partition replaces its
//!   checkpoint, and the store refuses whatever the other still wants to keep. Who is gone is
//!   found out by watching whether checkpoints change, each worker by its own clock; no two
//!   clocks are compared.
//!
//! What a subscriber does outside of its state, such as sending a letter, it may do again after a
//! crash: give it an id that is the same each time, made of the event's.

mod control;
mod error;
mod meters;
mod partition;
mod progress;
mod record;
mod start;
mod subscriber;
#[expect(
    clippy::module_inception,
    reason = "it is the one main type of the module"
)]
mod subscription;
mod worker;

pub use self::{
    error::SubscriptionError,
    progress::{PartitionProgress, Progress},
    start::Start,
    subscriber::Subscriber,
    subscription::Subscription,
};

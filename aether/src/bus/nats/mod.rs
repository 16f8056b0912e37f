//! A bus over NATS: what one process publishes, subscribers in all others are told.
//!
//! A notice is one message of core NATS, a commit as CloudEvents, on a subject that names the bus
//! it comes from and the tokens of its namespace. The subscriptions of a process that mean the
//! same namespaces share one subscription of the server, and each notice.
//!
//! - *Live when made.* A subscription is made when a message that was sent after it has come back
//!   from the server, and in a cluster when every other bus that is known has answered: what a
//!   server hands to another one, it hands over in order, so that all of them know of the
//!   subscription by then.
//! - *No echo.* What a bus publishes, its own subscribers are told at once; what comes back from
//!   the server is not given to them again.
//! - *Losses are seen.* What a bus publishes in a namespace is numbered, and now and then it says
//!   how far it has come. So whoever listens sees what is missing, be it at the end. A bus that
//!   is first heard of in the middle, and did not answer when the subscription was made, was cut
//!   off from here: that is told as a connection that was lost and is back.

mod connection;
mod event_bus;
mod feed;
mod letter;
mod options;
mod peers;
mod post;
mod sequences;
mod subjects;

pub use self::{event_bus::NatsEventBus, options::NatsBusOptions};

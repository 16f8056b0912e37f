//! Personal data: encrypted for each person, so that a person can be forgotten in a log that
//! never changes.
//!
//! A field of an event or a command that says something about a person is a [`Personal<T>`], and is
//! marked with whom it is about. A `SealedStore` around any store encrypts such fields with keys of
//! that person alone, which a `KeyStore` keeps apart from the events. To forget the person is to
//! destroy the keys: the events stay, every copy of them in exports, replicas and backups
//! included, and what they say of the person can be read nowhere any more. Whoever reads them is
//! given [`Personal::Forgotten`].
//!
//! The type and the mark are always there; the store needs the feature `personal`.
//!
#![cfg_attr(
    all(feature = "personal", feature = "macros", feature = "runtime"),
    doc = "```"
)]
#![cfg_attr(
    not(all(feature = "personal", feature = "macros", feature = "runtime")),
    doc = "```ignore"
)]
//! use std::convert::Infallible;
//!
//! use aether::{
//!     DataSubject, InMemoryEventStore,
//!     personal::{InMemoryKeyStore, SealedStore},
//!     prelude::*,
//!     runtime::Aether,
//! };
//!
//! /// Someone registered.
//! #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
//! pub struct Registered {
//!     pub customer: String,
//!     #[personal(subject = customer)]
//!     pub name: Personal<String>,
//! }
//!
//! #[derive(Command, Serialize, Deserialize)]
//! pub struct Register {
//!     #[command(id)]
//!     pub customer: String,
//!     #[personal]
//!     pub name: Personal<String>,
//! }
//!
//! #[derive(Aggregate, Debug, Default)]
//! #[aggregate(events(Registered))]
//! pub struct Customer { greeting: String }
//!
//! #[handlers]
//! impl Customer {
//!     #[handle]
//!     fn register(&self, command: Register) -> Result<Registered, Infallible> {
//!         Ok(Registered { customer: command.customer, name: command.name })
//!     }
//!
//!     #[apply]
//!     fn registered(&mut self, event: &Registered) {
//!         // The compiler asks: and if the name is forgotten?
//!         let name = event.name.known().map_or("whoever you are", String::as_str);
//!         self.greeting = format!("Dear {name}");
//!     }
//! }
//!
//! bounded_context! { pub Customers { aggregates: [Customer] } }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = SealedStore::builder(InMemoryEventStore::new(), InMemoryKeyStore::new())
//!     .contexts::<Customers>()
//!     .open()
//!     .await?;
//! let aether = Aether::builder().store(store.clone()).context::<Customers>().start().await?;
//!
//! let name = Personal::Known("Ada".to_owned());
//! aether.send(Register { customer: "c-7".to_owned(), name }).await?;
//! assert_eq!(aether.load::<Customer>("c-7").await?.greeting, "Dear Ada");
//!
//! store.forget(&DataSubject::new("c-7")?).await?;
//! assert_eq!(aether.load::<Customer>("c-7").await?.greeting, "Dear whoever you are");
//! # aether.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! # How a value is stored
//! In the place of the value, in the JSON of the event's data:
//!
//! ```json
//! {"customer":"c-7","name":{"$personal":{"v":1,"subject":"c-7","key":"<id>","data":"<base64>"}}}
//! ```
//!
//! `data` is, in the base64 of URLs without padding, a random nonce of 24 bytes and what
//! XChaCha20-Poly1305 makes of the JSON of the value. It is bound to the namespace, the actor, the
//! id and type of the event, the field, the subject and the key: changed or moved, it is an error
//! and is not read. The extension attribute `personaldata` of the `CloudEvent` names the fields, so
//! what an earlier version of the event had is decrypted as well. Any reader of CloudEvents reads
//! the rest.
//!
//! An event without personal fields is stored and read as it is, without a look into its data.
//!
//! # What is encrypted
//! - Marked fields of events, of the copies of events that process managers keep, and of the
//!   commands that a commit asks for, now or by a timer.
//! - The state of every snapshot and of every reader of the log, whole, with a key that is
//!   replaced whenever someone is forgotten: whatever has found its way into a state goes with
//!   it, and the state is made anew from the log. Pending timers, which are places in the log
//!   alone, are kept as they are.
//!
//! Exports are to be taken from `SealedStore::sealed`, the store inside: they hold what lies in the
//! log, encrypted. What is read through the `SealedStore` itself is in the clear.
//!
//! # How far forgetting goes
//! When `SealedStore::forget` has answered, that store, its clones, and whatever is opened after it
//! read [`Personal::Forgotten`]; so does a projection of the runtime on it, which is made anew from
//! the log before it is read again. Another process reads it as soon as it has followed the log to
//! the [`SubjectForgotten`], and in any case once it no longer believes the key it was told: after
//! a second, unless the builder says otherwise. A running projection there is made anew when it
//! comes to that event.
//!
//! A forgotten subject stays forgotten. Nothing can be kept of it any more: a new event about it
//! is refused. Someone who comes back, and agrees anew, is a new subject with a new id.
//!
//! That the key store cannot be reached is an error that may pass (`Unavailable`), and never means
//! that someone is forgotten. Nor does a key that it has never seen (`Misconfigured`), unless that
//! is asked for.
//!
//! # What is not protected
//! - *Who it is about.* The names of subjects, like the keys of actors, are stored in the clear,
//!   and stay. They should say nothing: a number or a UUID, not an address. What connects the two
//!   is personal data of its own, which can be such a field.
//! - *Sizes and times.* How long a value is can be seen, and when and how often something happened
//!   to somebody.
//! - *What is not marked*, metadata and the keys of actors included; and a `Personal<T>` within a
//!   type of a field, or behind an alias, which the derive cannot see.
//! - *What has left*: answers to callers, what an adapter has told an external system, logs of the
//!   program, states that the program keeps elsewhere. An adapter for [`SubjectForgotten`] can
//!   pass it on.
//! - *Memory.* Keys are overwritten when they are let go of; values are not.
//! - *Copies of keys.* A backup of the key store brings them back, so it should be kept for less
//!   long than the law gives, and apart from that of the events. Keys that are wrapped (`WrappedKeys`) by a
//!   master key are of no use without it.
//! - *What was stored before* a field was marked, or without a `SealedStore`.

mod fact;
mod value;

#[cfg(feature = "personal")]
mod builder;
#[cfg(feature = "personal")]
mod cache;
#[cfg(feature = "personal")]
mod cipher;
#[cfg(all(feature = "personal", feature = "testing"))]
pub mod conformance;
#[cfg(feature = "personal")]
mod copied;
#[cfg(feature = "personal")]
mod envelope;
#[cfg(feature = "personal")]
mod error;
#[cfg(feature = "personal")]
mod forget;
#[cfg(feature = "personal")]
mod key;
#[cfg(feature = "personal")]
mod key_store;
#[cfg(feature = "personal")]
pub mod keys;
#[cfg(feature = "personal")]
mod members;
#[cfg(feature = "personal")]
mod plan;
#[cfg(feature = "personal")]
mod sealer;
#[cfg(feature = "personal")]
mod state;
#[cfg(feature = "personal")]
mod store;
#[cfg(all(test, feature = "personal"))]
mod tests;
#[cfg(feature = "personal")]
mod vault;

#[cfg(feature = "runtime")]
pub(crate) use self::fact::forgotten_by;
#[cfg(all(feature = "personal", feature = "embedded"))]
pub use self::keys::EmbeddedKeyStore;
#[cfg(all(feature = "personal", feature = "nats"))]
pub use self::keys::NatsKeyStore;
#[doc(hidden)]
pub use self::value::PersonalField;
#[cfg(feature = "personal")]
pub use self::{
    builder::SealedStoreBuilder,
    error::{KeyStoreError, KeyStoreErrorKind, PersonalError},
    key::SubjectKey,
    key_store::{Kept, KeyStore},
    keys::{InMemoryKeyStore, MasterKey, WrappedKeys},
    store::SealedStore,
};
pub use self::{fact::SubjectForgotten, value::Personal};

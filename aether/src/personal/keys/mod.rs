//! Where keys are kept: in memory, in a folder of their own, in NATS; and wrapped by a master key.

#[cfg(feature = "embedded")]
pub mod embedded;
mod memory;
#[cfg(feature = "nats")]
pub mod nats;
mod wrapped;

#[cfg(feature = "embedded")]
pub use self::embedded::EmbeddedKeyStore;
#[cfg(feature = "nats")]
pub use self::nats::NatsKeyStore;
pub use self::{
    memory::InMemoryKeyStore,
    wrapped::{MasterKey, WrappedKeys},
};

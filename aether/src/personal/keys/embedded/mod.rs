//! Keys in a folder of one machine, apart from the events.
//!
//! The folder holds two files. `keys.redb` is a [redb](https://docs.rs/redb) file that knows which
//! subject has which keys, and who is forgotten. The bytes of the keys are not in it, for such a
//! file never writes over what it has written: they lie in `keys.bin`, in places of a fixed size
//! that are overwritten with zeros when a key is destroyed. A file system that copies on write, or
//! the wear levelling of a disk, may keep the old bytes all the same; where that matters, the
//! folder belongs on an encrypted disk, or the keys are
//! [wrapped](crate::personal::WrappedKeys).
//!
//! A key is written to its place and synced before `keys.redb` names it, and a subject is forgotten
//! in `keys.redb` before its places are overwritten. What a crash leaves to be overwritten is
//! overwritten when the folder is next opened.

mod index;
mod places;
mod store;

pub use self::store::EmbeddedKeyStore;

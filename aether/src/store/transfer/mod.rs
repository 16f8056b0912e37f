//! Export and import of a namespace, as CloudEvents in JSON lines.
//!
//! [`Export`] gives the lines of a file, [`Import`] takes them, [`ExportReader`] checks them, and
//! [`Partial`] goes on with a file that was left half written. None of them reads or writes a
//! file: whoever calls them does, as fast as it can, and may stop after any piece. Nothing holds
//! more in memory than a stretch of the log.
//!
//! # The file
//! Each line is one `CloudEvent`, so that any CloudEvents tool reads the file.
//!
//! - The first line, of the type `aether.export.opening`, says what is in the file.
//! - Then each document of each commit is a line: the document as the store keeps it (see
//!   [`wire`](crate::wire)), with attributes before its own that tell which commit it belongs to.
//!   `aethercommit` is the id of the commit, `aetherpart` is `2/3` for the second document of
//!   three. Events, outgoing commands and timers are all documents. Where a document has line
//!   breaks between the tokens of its data, spaces stand for them, and `aetherbreaks` says where
//!   which of them were, so that the document comes back byte for byte.
//! - What cannot be read is, if that is allowed, a line of the type `aether.export.unreadable` in
//!   its place, with what is wrong with it and the bytes that were found.
//! - The last line, of the type `aether.export.ending`, says how many commits, events and lines
//!   there are, and has the SHA-256 of all lines before it. A file without it is not complete.
//!
//! The checksum is in the last line rather than in a file beside it, because so the file is
//! written in one go, also into a pipe, and cannot lose it; and the last line is a `CloudEvent` of
//! its own, which a tool that wants events of the domain passes over by its type.
//!
//! Nothing in a file says when or where from it was exported: the same log gives the same bytes.
//! Positions are not in it either, for they are not the same in another store.

mod error;
mod export;
mod import;
mod line;
mod partial;
mod reader;
mod tally;

pub use self::{
    error::TransferError,
    export::{Export, ExportOptions},
    import::{Import, Imported},
    partial::{Partial, Resumed},
    reader::{ExportReader, Item, Opening},
    tally::{Ending, Tally},
};

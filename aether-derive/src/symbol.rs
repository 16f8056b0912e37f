//! The words of the attributes, each in one place.

pub(crate) const AGGREGATE: &str = "aggregate";
pub(crate) const ALIAS: &str = "alias";
pub(crate) const BY: &str = "by";
pub(crate) const COMMAND: &str = "command";
pub(crate) const CONTEXT: &str = "context";
pub(crate) const CRATE: &str = "crate";
pub(crate) const EMITS: &str = "emits";
pub(crate) const EVENT: &str = "event";
pub(crate) const EVENTS: &str = "events";
pub(crate) const EXTERNAL_SYSTEM: &str = "external_system";
pub(crate) const HANDLERS: &str = "handlers";
pub(crate) const HANDLES: &str = "handles";
pub(crate) const ID: &str = "id";
pub(crate) const INFORMED_BY: &str = "informed_by";
pub(crate) const NAME: &str = "name";
pub(crate) const NOTIFIED_OF: &str = "notified_of";
pub(crate) const OTHER: &str = "other";
pub(crate) const PERSONA: &str = "persona";
pub(crate) const PIVOTAL: &str = "pivotal";
pub(crate) const POLICY: &str = "policy";
pub(crate) const PREFIX: &str = "prefix";
pub(crate) const PROJECTION: &str = "projection";
pub(crate) const READ_BY: &str = "read_by";
pub(crate) const UPCAST: &str = "upcast";
pub(crate) const VERSION: &str = "version";

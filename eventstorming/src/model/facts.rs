/// What is known of an element because of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Facts {
    /// Of a context.
    Context {
        /// The contexts whose events it uses or whose commands it issues.
        upstream: Vec<String>,
    },
    /// Of an event.
    Event {
        /// The version of the payload's schema, counted from 1.
        version: u32,
        /// Other names under which earlier builds stored it.
        aliases: Vec<String>,
        /// The Rust type, as the user writes it.
        rust_type: Option<String>,
        /// Whether it opens a phase of the business.
        pivotal: bool,
        /// The phase it opens, where that was named.
        phase: Option<String>,
        /// `private` or `public`, where that was said.
        visibility: Option<String>,
        /// Of one that is to be replaced: since when and by what, as far as that was said.
        deprecated: Option<String>,
        /// Whether it is read, but no longer emitted.
        retired: bool,
        /// Whether it is emitted outside of the contexts of this model.
        foreign: bool,
    },
    /// Of a command.
    Command {
        /// Whether it is handled outside of the contexts of this model.
        foreign: bool,
        /// Why it may be refused: types, or variants of types.
        refusals: Vec<String>,
    },
    /// Of a policy.
    Policy {
        /// How long it waits before all that it issues, in words, where that was said.
        after: Option<String>,
        /// Of a process manager, which keeps a state for each key: the type of the key.
        key: Option<String>,
    },
    /// Of a query.
    Query {
        /// The Rust type of the answer, as the user writes it.
        answer: Option<String>,
    },
    /// Of all other kinds: nothing.
    None,
}

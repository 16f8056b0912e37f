use super::{ElementId, Facts, Kind, Location};

/// One note of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Element {
    /// Its id.
    pub id: ElementId,
    /// What is written on the note; of a hot spot, the question.
    pub label: String,
    /// What the doc comment says.
    pub docs: String,
    /// What holds at all times: the `Invariant:` paragraphs of the doc comment.
    pub invariants: Vec<String>,
    /// Remarks: the `Note:` paragraphs of the doc comment.
    pub notes: Vec<String>,
    /// Who looks after it, where that was said: of a context, or in a paragraph `Owner: ..`.
    pub owner: Option<String>,
    /// Words to find it by: the paragraph `Tags: .., ..` of the doc comment, in order.
    pub tags: Vec<String>,
    /// Where it is written, where that is known.
    pub location: Option<Location>,
    /// What is known of it because of its kind.
    pub facts: Facts,
}

impl Element {
    /// What it is.
    pub const fn kind(&self) -> Kind {
        self.id.kind()
    }

    /// The version of an event's schema.
    pub const fn version(&self) -> Option<u32> {
        let Facts::Event { version, .. } = self.facts else {
            return None;
        };
        Some(version)
    }

    /// Whether it is an event that is read, but no longer emitted.
    pub const fn is_retired(&self) -> bool {
        matches!(self.facts, Facts::Event { retired: true, .. })
    }

    /// Whether it is an event that is to be replaced.
    pub const fn is_deprecated(&self) -> bool {
        matches!(
            self.facts,
            Facts::Event {
                deprecated: Some(_),
                ..
            }
        )
    }

    /// `private` or `public`, of an event of which that was said.
    pub fn visibility(&self) -> Option<&str> {
        let Facts::Event { visibility, .. } = &self.facts else {
            return None;
        };
        visibility.as_deref()
    }

    /// Why a command may be refused: types, or variants of types.
    pub fn refusals(&self) -> &[String] {
        let Facts::Command { refusals, .. } = &self.facts else {
            return &[];
        };
        refusals
    }

    /// Whether it is an event that opens a phase.
    pub const fn is_pivotal(&self) -> bool {
        matches!(self.facts, Facts::Event { pivotal: true, .. })
    }

    /// The name of the phase that it opens, where it was given one.
    pub fn phase(&self) -> Option<&str> {
        let Facts::Event { phase, .. } = &self.facts else {
            return None;
        };
        phase.as_deref()
    }

    /// Who looks after it, where that was said.
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// Whether the other end of it lies outside of the contexts of this model.
    pub const fn is_foreign(&self) -> bool {
        matches!(
            self.facts,
            Facts::Event { foreign: true, .. } | Facts::Command { foreign: true, .. }
        )
    }

    /// The type of the key that tells the instances of a process manager apart.
    pub fn key(&self) -> Option<&str> {
        let Facts::Policy { key, .. } = &self.facts else {
            return None;
        };
        key.as_deref()
    }

    /// Whether it is a process manager: a policy that keeps a state for each key.
    pub const fn is_stateful(&self) -> bool {
        matches!(self.facts, Facts::Policy { key: Some(_), .. })
    }

    /// The type of the answer to a query.
    pub fn answer(&self) -> Option<&str> {
        let Facts::Query { answer } = &self.facts else {
            return None;
        };
        answer.as_deref()
    }

    /// How long a policy waits before all that it issues, in words.
    pub fn after(&self) -> Option<&str> {
        let Facts::Policy { after, .. } = &self.facts else {
            return None;
        };
        after.as_deref()
    }
}

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use super::Severity;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $severity:ident, $title:literal;)+) => {
        /// What kind of thing a check has found. A code never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $variant,)+
        }

        impl Code {
            /// Every code, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code itself: `ES401`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// How much a finding of it weighs.
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)+
                }
            }

            /// What it is about, in a few words.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title,)+
                }
            }

            /// What it means, why it matters and what to do, as Markdown.
            pub const fn explanation(self) -> &'static str {
                match self {
                    $(Self::$variant => include_str!(concat!("explain/", $code, ".md")),)+
                }
            }
        }
    };
}

codes! {
    /// ES001: an `Allow` that allows nothing, or that cannot be read.
    IdleAllow = "ES001", Warning, "an allowance without effect";
    /// ES101: a relation that the grammar does not have, or an element that breaks it.
    Grammar = "ES101", Error, "the model breaks the grammar";
    /// ES102: a name that stands for two things, or for none.
    AmbiguousName = "ES102", Error, "a name that stands for two things or for none";
    /// ES201: a command with no handler, or with two.
    CommandHandlers = "ES201", Error, "a command is not handled by exactly one";
    /// ES202: an event that is used, and that nobody emits.
    EventFromNowhere = "ES202", Error, "an event is used but never emitted";
    /// ES203: an aggregate decides for an event that it does not apply.
    EventNotApplied = "ES203", Error, "an aggregate emits what it cannot apply";
    /// ES204: an event that nobody consumes.
    EventUnused = "ES204", Warning, "an event is not consumed";
    /// ES205: a command that nobody issues.
    CommandUnissued = "ES205", Warning, "a command is never issued";
    /// ES206: a read model that is fed by nothing, or that nobody reads.
    ReadModelUnreachable = "ES206", Warning, "a read model is not fed or not read";
    /// ES207: a command that only leads to itself.
    SliceUnreachable = "ES207", Warning, "nothing from outside ever leads here";
    /// ES208: a process manager that nothing ever ends.
    ProcessWithoutEnd = "ES208", Warning, "a process manager has no end";
    /// ES209: a command without any outcome.
    CommandWithoutOutcome = "ES209", Warning, "a command has no outcome";
    /// ES210: an event or a command that no test names.
    Untested = "ES210", Warning, "no test names an event or a command";
    /// ES211: a field of an event that no command brings.
    EventInformation = "ES211", Warning, "a field of an event comes from nowhere";
    /// ES212: a field of a read model that no event brings.
    ReadModelInformation = "ES212", Warning, "a field of a read model comes from nowhere";
    /// ES301: a released version of an event that can no longer be read.
    UpcasterGap = "ES301", Error, "a released version is not upcast";
    /// ES302: a change that breaks events which are stored already.
    ContractBreak = "ES302", Error, "a change breaks stored events";
    /// ES303: a generated file is not what the model gives.
    StaleFile = "ES303", Error, "a generated file is stale";
    /// ES304: a deprecated event that is still emitted.
    DeprecatedEmitted = "ES304", Warning, "a deprecated event is still emitted";
    /// ES305: a change after which stored data is no longer seen.
    DataLoss = "ES305", Warning, "a change hides stored data";
    /// ES306: a change that readers of the build before cannot follow.
    ForwardBreak = "ES306", Warning, "older readers cannot follow a change";
    /// ES307: a version of an event that has no lock yet.
    NotLocked = "ES307", Info, "a version is not locked";
    /// ES401: a loop of policies that never ends.
    EndlessLoop = "ES401", Error, "a loop of policies never ends";
    /// ES402: contexts that need each other's private events.
    ContextCycle = "ES402", Warning, "contexts need each other's private events";
    /// ES403: a private event that another context consumes.
    PrivateConsumed = "ES403", Warning, "a private event is consumed elsewhere";
    /// ES404: a policy that asks an aggregate for what it could do itself.
    PolicyWithinAggregate = "ES404", Warning, "a policy stays within one aggregate";
    /// ES405: a loop of policies that ends only by a decision.
    GuardedLoop = "ES405", Info, "a loop of policies ends only by a decision";
    /// ES501: an event whose name does not say that it has happened.
    EventTense = "ES501", Info, "an event is not named as something that happened";
    /// ES502: a command whose name does not ask for anything.
    CommandMood = "ES502", Info, "a command is named as something that happened";
    /// ES503: an element without a doc comment.
    Undocumented = "ES503", Info, "an element says nothing about itself";
    /// ES504: an aggregate with very many events.
    CrowdedAggregate = "ES504", Info, "an aggregate has very many events";
}

impl Code {
    /// Whether a model alone says it. The others are found with a lock, with files or with tests.
    pub(super) const fn is_of_model(self) -> bool {
        !matches!(
            self,
            Self::Untested
                | Self::UpcasterGap
                | Self::ContractBreak
                | Self::StaleFile
                | Self::DataLoss
                | Self::ForwardBreak
                | Self::NotLocked
        )
    }

    /// Whether a finding of it can be meant to be so. What makes a stored event unreadable, or
    /// leaves no model to look at, can not.
    pub const fn may_be_allowed(self) -> bool {
        !matches!(
            self,
            Self::IdleAllow | Self::Grammar | Self::UpcasterGap | Self::ContractBreak
        )
    }
}

/// A text that is no code of a check.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no check `{0}`")]
pub struct UnknownCode(pub String);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL
            .iter()
            .find(|code| code.as_str().eq_ignore_ascii_case(text));
        known.copied().ok_or_else(|| UnknownCode(text.to_owned()))
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_and_explained_under_its_own_name() {
        for code in Code::ALL {
            assert_eq!(code.as_str().to_lowercase().parse(), Ok(*code));
            let heading = format!("# {code}: {}\n", code.title());
            assert!(code.explanation().starts_with(&heading), "{code}");
            assert!(code.explanation().contains("\n## What to do\n"), "{code}");
        }
        assert_eq!(
            "ES999".parse::<Code>(),
            Err(UnknownCode("ES999".to_owned()))
        );
    }

    #[test]
    fn codes_are_in_order_and_distinct() {
        assert!(
            Code::ALL
                .windows(2)
                .all(|pair| pair[0].as_str() < pair[1].as_str())
        );
    }
}

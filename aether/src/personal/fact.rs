use eventstorming::meta;
use serde::{Deserialize, Serialize};

#[cfg(any(feature = "personal", feature = "runtime"))]
use crate::Commit;
use crate::{DataSubject, domain::DomainEvent};

/// A data subject was forgotten: its personal data can be read no more.
///
/// `SealedStore::forget` records it, as the only event of the actor `$forgotten.<subject>`, after
/// the keys were destroyed. It is an event like any other for those who follow the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectForgotten {
    /// Who was forgotten.
    pub subject: DataSubject,
}

/// The first token of the actors that record who was forgotten.
#[cfg(any(feature = "personal", feature = "runtime"))]
pub(super) const ACTOR_TYPE: &str = "$forgotten";

/// The subject that a commit says was forgotten.
#[cfg(any(feature = "personal", feature = "runtime"))]
pub(crate) fn forgotten_by(commit: &Commit) -> Option<&str> {
    let actor_id = commit.actor_id();
    actor_id
        .key()
        .filter(|_| actor_id.actor_type() == ACTOR_TYPE)
}

impl DomainEvent for SubjectForgotten {
    const META: &'static meta::Event = &meta::Event {
        name: meta::Name::new("SubjectForgotten"),
        aliases: &[],
        version: 1,
        rust_type: "SubjectForgotten",
        pivotal: false,
        phase: None,
        marks: meta::Marks::NONE,
        personal: &[],
        docs: meta::Docs::NONE,
        location: meta::Location {
            file: file!(),
            line: line!(),
        },
    };
}

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use async_nats::{ConnectOptions, Event, ServerError};

use crate::{StoreError, StoreErrorKind};

/// How many are remembered.
const REMEMBERED: usize = 64;

/// What the servers have said that a connection may not do.
///
/// They never say so to who asked: what is not allowed is not answered at all, and the connection
/// is told apart from that.
#[derive(Debug, Clone, Default)]
pub(super) struct Denials(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// How many there have been.
    count: AtomicU64,
    /// The last of them, with their numbers, from 1.
    last: Mutex<VecDeque<(u64, Denial)>>,
}

/// Says that a connection may not publish to a subject, or may not subscribe to it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Denial(String);

impl Denials {
    /// The same options, of a connection whose denials come to be known here.
    pub(super) fn of(&self, options: ConnectOptions) -> ConnectOptions {
        let denials = self.clone();
        options.event_callback(move |event| {
            denials.hear(event);
            std::future::ready(())
        })
    }

    fn hear(&self, event: Event) {
        tracing::info!(%event, "the connection to NATS");
        let Event::ServerError(ServerError::Other(text)) = event else {
            return;
        };
        if text.starts_with("Permissions Violation") {
            self.note(Denial(text));
        }
    }

    fn note(&self, denial: Denial) {
        let mut last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        let number = self.0.count.load(Ordering::Relaxed) + 1;
        if last.len() == REMEMBERED {
            last.pop_front();
        }
        last.push_back((number, denial));
        self.0.count.store(number, Ordering::Release);
    }

    /// How many there have been.
    pub(super) fn count(&self) -> u64 {
        self.0.count.load(Ordering::Acquire)
    }

    /// The first such denial since there have been so many.
    pub(super) fn since(&self, count: u64, such: impl Fn(&Denial) -> bool) -> Option<Denial> {
        if self.count() == count {
            return None;
        }
        let last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        let mut later = last.iter().filter(|(number, _)| *number > count);
        let found = later.find(|(_, denial)| such(denial));
        found.map(|(_, denial)| denial.clone())
    }
}

impl Denial {
    /// Whether it is about publishing to this subject.
    pub(super) fn is_of(&self, subject: &str) -> bool {
        self.subject() == Some(subject)
    }

    /// Whether it is about a question, or about its answers.
    pub(super) fn is_of_a_question(&self) -> bool {
        self.0.contains("Subscription") || self.subject().is_some_and(|it| it.starts_with("$JS."))
    }

    /// Whether it is about saying what was read.
    pub(super) fn is_of_reading(&self) -> bool {
        let such = |it: &str| it.starts_with("$JS.ACK.") || it.starts_with("$JS.FC.");
        self.subject().is_some_and(such)
    }

    /// The subject, which stands in quotes.
    fn subject(&self) -> Option<&str> {
        let (_, after) = self.0.split_once('"')?;
        let (subject, _) = after.rsplit_once('"')?;
        Some(subject)
    }
}

impl From<Denial> for StoreError {
    fn from(denial: Denial) -> Self {
        let text = "the servers do not permit this connection what the store needs of them";
        Self::new(StoreErrorKind::Misconfigured, text).because(denial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(denials: &Denials, text: &str) {
        denials.hear(Event::ServerError(ServerError::Other(text.to_owned())));
    }

    #[test]
    fn what_is_denied_is_found_by_its_subject_and_only_if_it_is_later() {
        let denials = Denials::default();
        told(&denials, "Permissions Violation for Publish to \"a.b\"");
        let count = denials.count();
        assert!(denials.since(0, |it| it.is_of("a.b")).is_some());
        assert!(denials.since(0, |it| it.is_of("a")).is_none());
        assert!(denials.since(count, |_| true).is_none());
        told(
            &denials,
            "Permissions Violation for Subscription to \"_INBOX.x\"",
        );
        let found = denials.since(count, Denial::is_of_a_question).unwrap();
        assert!(found.is_of("_INBOX.x"));
    }

    #[test]
    fn a_question_is_one_to_jetstream() {
        let of = |text: &str| Denial(text.to_owned()).is_of_a_question();
        assert!(of("Permissions Violation for Publish to \"$JS.API.INFO\""));
        assert!(!of(
            "Permissions Violation for Publish to \"aether.x.log.a\""
        ));
    }

    #[test]
    fn other_errors_are_no_denials_and_old_ones_are_forgotten() {
        let denials = Denials::default();
        told(&denials, "Stale Connection");
        assert_eq!(denials.count(), 0);
        for _ in 0..2 * REMEMBERED {
            told(&denials, "Permissions Violation for Publish to \"a\"");
        }
        assert_eq!(denials.0.last.lock().unwrap().len(), REMEMBERED);
    }
}

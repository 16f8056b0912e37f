use std::collections::HashMap;

use tokio::time::{Duration, Instant};

use super::subjects;
use crate::Namespace;

/// How far each bus has come with each namespace, as far as was heard here.
#[derive(Debug, Default)]
pub(super) struct Sequences {
    of: HashMap<String, Heard>,
}

#[derive(Debug)]
struct Heard {
    namespace: Namespace,
    last: u64,
    at: Instant,
}

/// What was found out about a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    pub(super) namespace: Namespace,
    /// How many came before it and were not heard.
    pub(super) missed: u64,
    /// Whether it was not heard before.
    pub(super) is_new: bool,
    /// Whether nothing was heard before, and there was something before.
    pub(super) begins_late: bool,
}

impl Sequences {
    /// From how many on those that have long been silent are forgotten.
    const MANY: usize = 1_024;
    /// Much longer than a bus is silent about a namespace that it has published in.
    const LONG: Duration = Duration::from_mins(10);

    /// A bus has published this number on a subject, or says that it was its last.
    pub(super) fn hear(
        &mut self,
        subject: &str,
        sequence: u64,
        is_notice: bool,
    ) -> Option<Arrival> {
        let now = Instant::now();
        if let Some(heard) = self.of.get_mut(subject) {
            let is_new = sequence > heard.last;
            let ahead = sequence.saturating_sub(heard.last);
            let missed = ahead.saturating_sub(u64::from(is_notice));
            heard.last = heard.last.max(sequence);
            heard.at = now;
            let namespace = heard.namespace.clone();
            return Some(Arrival {
                namespace,
                missed,
                is_new,
                begins_late: false,
            });
        }
        if self.of.len() >= Self::MANY {
            self.of.retain(|_, heard| now - heard.at < Self::LONG);
        }
        let (_, tokens) = subjects::source(subject)?;
        let namespace = subjects::namespace(tokens)?;
        let heard = Heard {
            namespace: namespace.clone(),
            last: sequence,
            at: now,
        };
        self.of.insert(subject.to_owned(), heard);
        Some(Arrival {
            namespace,
            missed: 0,
            is_new: true,
            begins_late: sequence > u64::from(is_notice),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_counted_once() {
        let mut sequences = Sequences::default();
        let mut hear = |sequence, is_notice| {
            let arrival = sequences.hear("aether_bus.node.shop", sequence, is_notice);
            let arrival = arrival.unwrap();
            assert_eq!(arrival.namespace.as_str(), "shop");
            assert_eq!(arrival.begins_late, sequence == 7);
            (arrival.missed, arrival.is_new)
        };
        assert_eq!(hear(7, true), (0, true), "nobody knows what was before");
        assert_eq!(hear(8, true), (0, true));
        assert_eq!(hear(11, true), (2, true));
        assert_eq!(hear(11, false), (0, false), "it says how far it has come");
        assert_eq!(hear(14, false), (3, true));
        assert_eq!(hear(14, true), (0, false), "it came too late");
        assert_eq!(hear(15, true), (0, true));
    }

    #[test]
    fn the_first_begins_late_if_another_was_before_it() {
        let late = |sequence, is_notice| {
            let mut sequences = Sequences::default();
            let arrival = sequences.hear("aether_bus.node.shop", sequence, is_notice);
            arrival.unwrap().begins_late
        };
        assert!(!late(1, true));
        assert!(late(2, true));
        assert!(late(1, false), "it says that there was one");
    }

    #[test]
    fn buses_and_namespaces_are_counted_apart() {
        let mut sequences = Sequences::default();
        for subject in [
            "aether_bus.a.shop",
            "aether_bus.b.shop",
            "aether_bus.a.mail",
        ] {
            sequences.hear(subject, 1, true);
            let arrival = sequences.hear(subject, 2, true).unwrap();
            assert_eq!(arrival.missed, 0);
        }
        assert_eq!(sequences.hear("aether.a.shop", 1, true), None);
    }
}

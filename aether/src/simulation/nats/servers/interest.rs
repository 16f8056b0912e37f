use std::collections::BTreeMap;

use super::LineId;
use crate::simulation::{Dice, nats::subject::matches};

/// Who wants which subjects.
#[derive(Debug, Default)]
pub(super) struct Interest {
    all: BTreeMap<(LineId, u64), Wanted>,
}

/// What a subscription wants, and with whom it shares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) subject: String,
    pub(super) queue: Option<String>,
}

impl Interest {
    pub(super) fn add(&mut self, line: LineId, number: u64, wanted: Wanted) {
        self.all.insert((line, number), wanted);
    }

    pub(super) fn remove(&mut self, line: LineId, number: u64) {
        self.all.remove(&(line, number));
    }

    /// Nobody is behind the line any more.
    pub(super) fn forget(&mut self, line: LineId) {
        self.all.retain(|(known, _), _| *known != line);
    }

    /// Whom a message goes to: each subscription without a group, and one of each group.
    pub(super) fn of(&self, subject: &str, dice: &mut Dice) -> Vec<(LineId, u64)> {
        let meant = self.all.iter();
        let meant = meant.filter(|(_, wanted)| matches(&wanted.subject, subject));
        let (mut chosen, mut groups) = (Vec::new(), BTreeMap::<_, Vec<_>>::new());
        for (subscription, wanted) in meant {
            match &wanted.queue {
                None => chosen.push(*subscription),
                // A group is one only under the same subject.
                Some(queue) => groups
                    .entry((queue, &wanted.subject))
                    .or_default()
                    .push(*subscription),
            }
        }
        for group in groups.values() {
            let one = dice.index(group.len());
            chosen.extend(group.get(one));
        }
        chosen
    }

    /// The subscription of one client that wants a subject.
    pub(super) fn at(&self, line: LineId, subject: &str) -> Option<u64> {
        let of_line = self.all.range((line, 0)..=(line, u64::MAX));
        let mut meant = of_line.filter(|(_, wanted)| matches(&wanted.subject, subject));
        meant.next().map(|((_, number), _)| *number)
    }
}

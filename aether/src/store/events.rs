use std::ops::{Deref, DerefMut};

use crate::Event;

/// The events of a commit. Most commits have one, which so needs no memory of its own.
#[derive(Debug, Clone)]
pub(crate) enum Events {
    One(Event),
    Many(Vec<Event>),
}

impl Events {
    pub(crate) fn into_vec(self) -> Vec<Event> {
        match self {
            Self::One(event) => vec![event],
            Self::Many(events) => events,
        }
    }

    /// Moves the events to the end of others.
    pub(crate) fn append_to(self, others: &mut Vec<Event>) {
        match self {
            Self::One(event) => others.push(event),
            Self::Many(mut events) => others.append(&mut events),
        }
    }
}

impl FromIterator<Event> for Events {
    fn from_iter<T: IntoIterator<Item = Event>>(events: T) -> Self {
        let mut events = events.into_iter();
        match (events.next(), events.next()) {
            (Some(event), None) => Self::One(event),
            (first, second) => {
                let first = first.into_iter().chain(second);
                Self::Many(first.chain(events).collect())
            }
        }
    }
}

impl From<Vec<Event>> for Events {
    fn from(mut events: Vec<Event>) -> Self {
        match events.pop() {
            Some(event) if events.is_empty() => Self::One(event),
            last => {
                events.extend(last);
                Self::Many(events)
            }
        }
    }
}

impl Deref for Events {
    type Target = [Event];

    fn deref(&self) -> &[Event] {
        match self {
            Self::One(event) => std::slice::from_ref(event),
            Self::Many(events) => events,
        }
    }
}

impl DerefMut for Events {
    fn deref_mut(&mut self) -> &mut [Event] {
        match self {
            Self::One(event) => std::slice::from_mut(event),
            Self::Many(events) => events,
        }
    }
}

impl PartialEq for Events {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Events {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_the_same_however_they_are_kept() {
        let event = |version| Event::new("a", version, "Counted", &()).unwrap();
        let all = [event(1), event(2), event(3)];
        for count in 0..=3 {
            let events = &all[..count];
            let (collected, converted) = (
                events.iter().cloned().collect::<Events>(),
                Events::from(events.to_vec()),
            );
            assert_eq!(matches!(collected, Events::One(_)), count == 1);
            assert_eq!(collected, converted);
            assert_eq!(&*collected, events);
            assert_eq!(collected.clone().into_vec(), events);
            let mut others = vec![event(9)];
            converted.append_to(&mut others);
            assert_eq!(&others[1..], events);
        }
    }
}

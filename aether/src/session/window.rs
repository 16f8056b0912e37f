use super::Effect;
use crate::Version;

/// How many commands are remembered: more than there are under way to one receiver, mostly, which
/// is how far one comes out of turn.
const MOST: usize = 16;

/// Which of the latest commands of a session have had an effect, with none left out.
#[derive(Debug, Clone)]
pub(super) struct Window {
    /// The highest number up to which nothing is known, if there is one.
    unknown: Option<u32>,
    /// The numbers of those behind it that had an effect, rising, and where each had it.
    effects: Vec<(u32, Version)>,
}

impl Window {
    /// One of a session of which this command alone has had an effect, behind this version.
    pub(super) fn of(number: u32, expected: Version) -> Self {
        Self {
            unknown: None,
            effects: vec![(number, expected)],
        }
    }

    /// One of a session of which nothing is known up to this number.
    pub(super) const fn after(number: u32) -> Self {
        Self {
            unknown: Some(number),
            effects: Vec::new(),
        }
    }

    /// Takes in that a command has had an effect behind this version.
    pub(super) fn note(&mut self, number: u32, expected: Version) {
        if self.unknown.is_some_and(|unknown| number <= unknown) {
            return;
        }
        let Err(place) = self.place(number) else {
            return;
        };
        if self.effects.len() < MOST {
            self.effects.insert(place, (number, expected));
            return;
        }
        if place == 0 {
            self.unknown = Some(number);
            return;
        }
        self.unknown = Some(self.effects.remove(0).0);
        self.effects.insert(place - 1, (number, expected));
    }

    /// What is known of a command.
    pub(super) fn effect(&self, number: u32) -> Effect {
        if self.unknown.is_some_and(|unknown| number <= unknown) {
            return Effect::Unknown;
        }
        let place = self.place(number).ok();
        let effect = place.and_then(|place| self.effects.get(place));
        effect.map_or(Effect::None, |(_, expected)| Effect::Behind(*expected))
    }

    /// What it takes in memory besides itself, in bytes, roughly.
    #[cfg(feature = "runtime")]
    pub(super) const fn weight(&self) -> usize {
        self.effects.capacity() * size_of::<(u32, Version)>()
    }

    fn place(&self, number: u32) -> Result<usize, usize> {
        self.effects.binary_search_by_key(&number, |(it, _)| *it)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(number: u32) -> Version {
        Version::new(u64::from(number) + 100)
    }

    /// Numbers in an order in which each comes a few places before or after its turn.
    fn shuffled(count: u32) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..count).map(|it| it * 3).collect();
        numbers.chunks_mut(5).for_each(<[u32]>::reverse);
        numbers
    }

    #[test]
    fn what_it_says_of_a_number_is_so_and_what_is_too_old_it_does_not_say() {
        let (mut window, mut noted) = (Window::of(1, version(1)), vec![1]);
        for number in shuffled(200) {
            assert_eq!(window.effect(number), Effect::None, "{number}");
            window.note(number, version(number));
            noted.push(number);
            for asked in 0..=number + 20 {
                let had = noted.contains(&asked);
                match window.effect(asked) {
                    Effect::None => assert!(!had, "{asked}"),
                    Effect::Behind(expected) => {
                        assert!(had && expected == version(asked), "{asked}");
                    }
                    Effect::Unknown => {
                        let higher = noted.iter().filter(|it| **it > asked);
                        assert!(higher.count() >= MOST - 1, "{asked}");
                    }
                }
            }
        }
        assert_eq!(window.effects.len(), MOST);
        assert_eq!(window.effect(0), Effect::Unknown);
    }

    #[test]
    fn what_was_before_it_is_outside_for_good() {
        let mut window = Window::after(7);
        for number in [3, 7, 9] {
            window.note(number, version(number));
        }
        for number in [0, 3, 7] {
            assert_eq!(window.effect(number), Effect::Unknown);
        }
        assert_eq!(window.effect(8), Effect::None);
        assert_eq!(window.effect(9), Effect::Behind(version(9)));
        let full = (10..).take(MOST).collect::<Vec<_>>();
        for number in full.into_iter().rev() {
            window.note(number, version(number));
        }
        window.note(8, version(8));
        assert_eq!(
            window.effect(8),
            Effect::Unknown,
            "there was no room for it"
        );
        assert_eq!(window.effect(9), Effect::Unknown);
        assert_eq!(window.effect(10), Effect::Behind(version(10)));
    }
}

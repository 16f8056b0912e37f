use super::{Event, Model, NODES, TROUBLE_ENDS};
use crate::cluster::{
    Availability, HostInput,
    handover::member::{Member, Name},
};

impl Model {
    // Troubles.

    pub(super) fn trouble(&mut self) {
        if self.now >= TROUBLE_ENDS {
            for availability in self.present.values_mut() {
                *availability = Availability::Active;
            }
            self.present_to_leaders();
            return;
        }
        let number = usize::try_from(self.chance.below(NODES as u64)).unwrap();
        match self.chance.below(6) {
            0 | 1 => self.crash(number),
            2 | 3 => self.freeze(number),
            4 => self.lead(),
            _ => {
                let mut present = self.present.iter_mut();
                if let Some((_, availability)) = present.find(|(it, _)| it.0 == number) {
                    *availability = match availability {
                        Availability::Active => Availability::Draining,
                        Availability::Draining => Availability::Cordoned,
                        Availability::Cordoned => Availability::Active,
                    };
                    self.present_to_leaders();
                }
            }
        }
        self.later(100, 1_500, Event::Trouble);
    }

    fn crash(&mut self, number: usize) {
        if let Some(member) = self.members.remove(&number) {
            self.seen.note("crash");
            self.later(5, 300, Event::Missed(member.name));
            self.later(100, 2_000, Event::Restart(number));
        }
    }

    fn freeze(&mut self, number: usize) {
        let until = self.now + self.chance.millis(100, 1_500);
        let Some(member) = self.members.get_mut(&number) else {
            return;
        };
        if member.frozen_until.is_some_and(|it| it > self.now) {
            return;
        }
        self.seen.note("freeze");
        member.frozen_until = Some(until);
        let name = member.name;
        self.later(400, 400, Event::Missed(name));
    }

    /// Others take the process for dead, if it has crashed or does not move.
    pub(super) fn miss(&mut self, name: Name) {
        let member = self.members.get(&name.0).filter(|it| it.name == name);
        let frozen = member.map(|it| it.frozen_until.filter(|until| *until > self.now));
        match frozen {
            Some(None) => return,
            Some(Some(until)) => {
                let told = until + self.chance.millis(5, 150);
                self.at(
                    told,
                    Event::Input(name.0, Some(name.1), HostInput::Dismissed),
                );
            }
            None => {}
        }
        if self.present.remove(&name).is_some() {
            self.present_to_leaders();
        }
    }

    pub(super) fn restart(&mut self, number: usize) {
        if self.members.contains_key(&number) {
            return;
        }
        self.incarnations[number] += 1;
        // A later process replaces the one before.
        self.present.retain(|it, _| it.0 != number);
        let name = (number, self.incarnations[number]);
        let mut member = Member::new(name);
        let outputs = member
            .host
            .step(self.now, HostInput::Table(self.stored.clone()));
        self.members.insert(number, member);
        self.follow(number, outputs);
        self.present.insert(name, Availability::Active);
        self.present_to_leaders();
    }
}

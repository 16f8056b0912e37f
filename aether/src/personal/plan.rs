use std::collections::HashMap;

use eventstorming::meta;

type Fields = &'static [meta::Personal];

/// Which fields of which events and commands are personal, as the contexts say that were given.
#[derive(Debug, Default)]
pub(super) struct Plan {
    events: HashMap<&'static str, Fields>,
    commands: HashMap<&'static str, Fields>,
    /// Whether events and commands that no context has are taken as having none.
    pub(super) open: bool,
}

impl Plan {
    pub(super) fn add(&mut self, context: &'static meta::Context) {
        for event in context
            .aggregates
            .iter()
            .flat_map(|aggregate| aggregate.events)
        {
            self.add_event(event);
        }
        for system in context.external_systems {
            for event in system.emits.iter().copied().flatten() {
                self.add_event(event);
            }
            for command in system.handles {
                self.add_command(command);
            }
        }
        for handler in context
            .aggregates
            .iter()
            .flat_map(|aggregate| aggregate.handlers)
        {
            self.add_command(handler.command);
        }
        // Of these a process manager keeps copies.
        for manager in context.process_managers {
            let reacted = manager.reactions.iter().map(|reaction| reaction.on);
            for event in manager.applies.iter().copied().chain(reacted).flatten() {
                self.add_event(event);
            }
        }
        let policies = context.policies.iter().flat_map(|policy| policy.reactions);
        let managers = context.process_managers.iter();
        let managers = managers.flat_map(|manager| manager.reactions);
        for command in policies
            .chain(managers)
            .flat_map(|reaction| reaction.issues.members())
        {
            self.add_command(command);
        }
    }

    fn add_event(&mut self, event: &'static meta::Event) {
        self.events.insert(event.name.as_str(), event.personal);
        for alias in event.aliases {
            self.events.insert(alias, event.personal);
        }
    }

    fn add_command(&mut self, command: &'static meta::Command) {
        self.commands
            .insert(command.name.as_str(), command.personal);
    }

    /// The personal fields of an event; none if it is not known and may not be stored.
    pub(super) fn event(&self, event_type: &str) -> Option<Fields> {
        self.known(self.events.get(event_type))
    }

    /// The personal fields of a command; none if it is not known and may not be stored.
    pub(super) fn command(&self, command: &str) -> Option<Fields> {
        self.known(self.commands.get(command))
    }

    fn known(&self, fields: Option<&Fields>) -> Option<Fields> {
        fields.copied().or(self.open.then_some(&[]))
    }
}

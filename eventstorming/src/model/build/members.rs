//! Who has which element: members first, and what nobody has after them.

use super::{Builder, ElementId, meta};

impl Builder {
    pub(super) fn define_aggregates(&mut self, context: &'static meta::Context) {
        let name = Some(context.name.as_str());
        for aggregate in context.aggregates {
            let id = self.define(name, *aggregate);
            self.stick_all(&id, aggregate.remarks);
            for handler in aggregate.handlers {
                let command = self.define(name, handler.command);
                self.stick(&command, handler.docs);
                self.refuse(&command, handler.rejects);
            }
            for event in aggregate.events {
                self.define(name, *event);
            }
        }
    }

    pub(super) fn define_systems(&mut self, context: &'static meta::Context) {
        let name = Some(context.name.as_str());
        for system in context.external_systems {
            self.define(name, *system);
            for command in system.handles {
                self.define(name, *command);
            }
            for event in system.emits.iter().copied().flatten() {
                self.define(name, *event);
            }
        }
    }

    pub(super) fn define_rules(&mut self, context: &'static meta::Context) {
        let name = Some(context.name.as_str());
        for projection in context.projections {
            let id = self.define(name, *projection);
            self.stick_all(&id, projection.remarks);
            for answer in projection.answers {
                let query = self.define(name, answer);
                self.stick(&query, answer.docs);
            }
        }
        for policy in context.policies {
            let id = self.define(name, *policy);
            self.stick_reactions(&id, policy.reactions);
        }
        for manager in context.process_managers {
            let id = self.define(name, *manager);
            self.stick_all(&id, manager.remarks);
            self.stick_reactions(&id, manager.reactions);
        }
    }

    fn stick_reactions(&mut self, policy: &ElementId, reactions: &[meta::Reaction]) {
        for reaction in reactions {
            self.stick(policy, reaction.docs);
        }
    }

    /// What members use that no context given has.
    pub(super) fn define_guests(&mut self, context: &'static meta::Context) {
        let name = context.name.as_str();
        for projection in context.projections {
            self.define_foreign(name, projection.applies.iter().copied().flatten().copied());
        }
        for manager in context.process_managers {
            self.define_foreign(name, manager.applies.iter().copied().flatten().copied());
        }
        let policies = context.policies.iter().map(|policy| policy.reactions);
        let managers = context.process_managers.iter();
        let managers = managers.map(|manager| manager.reactions);
        for reaction in policies.chain(managers).flatten() {
            self.define_foreign(name, reaction.on.iter().copied());
            self.define_foreign(name, reaction.issues.members());
        }
        for handler in context
            .aggregates
            .iter()
            .flat_map(|aggregate| aggregate.handlers)
        {
            self.define_foreign(name, handler.emits.members());
        }
        for system in context.external_systems {
            self.define_foreign(name, system.notified_of.iter().copied().flatten().copied());
        }
    }
}

//! What the members of a context do to one another.

use super::{
    super::{Facts, Relation, Verb, cardinality, delay},
    Builder, ElementId, meta,
};

impl Builder {
    pub(super) fn relate_aggregates(&mut self, context: &'static meta::Context) {
        let name = context.name.as_str();
        for aggregate in context.aggregates {
            let id = self.id(name, *aggregate);
            for handler in aggregate.handlers {
                self.relate_handler(name, &id, handler);
            }
            for event in aggregate.events {
                let event = self.id(name, *event);
                self.relate(Relation::new(event, Verb::AppliedBy, id.clone()));
            }
        }
    }

    fn relate_handler(
        &mut self,
        name: &str,
        aggregate: &ElementId,
        handler: &'static meta::Handler,
    ) {
        let command = self.id(name, handler.command);
        for by in handler.by {
            let initiator = match by {
                meta::Initiator::Persona(persona) => self.define(None, *persona),
                meta::Initiator::ExternalSystem(system) => self.id(name, *system),
            };
            self.relate(Relation::new(initiator, Verb::Issues, command.clone()));
        }
        for projection in handler.informed_by {
            let projection = self.id(name, *projection);
            self.relate(Relation::new(projection, Verb::Informs, command.clone()));
        }
        let mut handled = Relation::new(command.clone(), Verb::HandledBy, aggregate.clone());
        handler.docs.text.clone_into(&mut handled.docs);
        self.relate(handled);
        for (event, often) in cardinality::members(handler.emits, |a, b| a.name == b.name) {
            // A set that a handler returns may still hold what is emitted no longer.
            if event.marks.retired {
                continue;
            }
            let mut emits = Relation::new(command.clone(), Verb::Emits, self.id(name, event));
            emits.cardinality = Some(often);
            self.relate(emits);
        }
    }

    pub(super) fn relate_systems(&mut self, context: &'static meta::Context) {
        let name = context.name.as_str();
        for system in context.external_systems {
            let id = self.id(name, *system);
            for event in system.notified_of.iter().copied().flatten() {
                let event = self.id(name, *event);
                self.relate(Relation::new(event, Verb::Notifies, id.clone()));
            }
            for command in system.handles {
                let command = self.id(name, *command);
                self.relate(Relation::new(command, Verb::HandledBy, id.clone()));
            }
            for event in system.emits.iter().copied().flatten() {
                let event = self.id(name, *event);
                self.relate(Relation::new(id.clone(), Verb::Emits, event));
            }
        }
    }

    pub(super) fn relate_projections(&mut self, context: &'static meta::Context) {
        let name = context.name.as_str();
        for projection in context.projections {
            let id = self.id(name, *projection);
            for event in projection.applies.iter().copied().flatten() {
                let event = self.id(name, *event);
                self.relate(Relation::new(event, Verb::Feeds, id.clone()));
            }
            for persona in projection.read_by {
                let actor = self.define(None, *persona);
                self.relate(Relation::new(actor, Verb::Observes, id.clone()));
            }
            for answer in projection.answers {
                self.relate_answer(name, &id, answer);
            }
        }
    }

    fn relate_answer(&mut self, name: &str, projection: &ElementId, answer: &'static meta::Answer) {
        let query = self.id(name, answer);
        for persona in answer.by {
            let actor = self.define(None, *persona);
            self.relate(Relation::new(actor, Verb::Asks, query.clone()));
        }
        let mut answered = Relation::new(query, Verb::AnsweredBy, projection.clone());
        answer.docs.text.clone_into(&mut answered.docs);
        self.relate(answered);
    }

    pub(super) fn relate_policies(&mut self, context: &'static meta::Context) {
        let name = context.name.as_str();
        for policy in context.policies {
            let id = self.id(name, *policy);
            for reaction in policy.reactions {
                self.relate_reaction(name, &id, reaction);
            }
            self.say_delay(&id);
        }
        for manager in context.process_managers {
            let id = self.id(name, *manager);
            for reaction in manager.reactions {
                self.relate_reaction(name, &id, reaction);
            }
            self.relate_memory(name, &id, manager);
            self.say_delay(&id);
        }
    }

    /// What a process manager keeps in mind without doing anything about it at once.
    fn relate_memory(
        &mut self,
        name: &str,
        id: &ElementId,
        manager: &'static meta::ProcessManager,
    ) {
        for event in manager.applies.iter().copied().flatten() {
            let event = self.id(name, *event);
            let activates = |known: &Relation| known.is(&event, Verb::Activates, id);
            if !self.model.relations_to(id).any(activates) {
                self.relate(Relation::new(event, Verb::Feeds, id.clone()));
            }
        }
    }

    /// A policy that waits equally long before all that it issues waits itself.
    fn say_delay(&mut self, policy: &ElementId) {
        let issues = self.model.relations_from(policy);
        let delays: Vec<_> = issues.map(|relation| relation.after.clone()).collect();
        let Some((first, rest)) = delays.split_first() else {
            return;
        };
        if rest.iter().any(|delay| delay != first) {
            return;
        }
        let first = first.clone();
        if let Some(element) = self.model.element_mut(policy)
            && let Facts::Policy { after, .. } = &mut element.facts
        {
            *after = first;
        }
    }

    fn relate_reaction(
        &mut self,
        name: &str,
        policy: &ElementId,
        reaction: &'static meta::Reaction,
    ) {
        let upon: Vec<ElementId> = reaction
            .on
            .iter()
            .map(|event| self.id(name, *event))
            .collect();
        for event in &upon {
            self.relate(Relation::new(
                event.clone(),
                Verb::Activates,
                policy.clone(),
            ));
        }
        let same = |a: &meta::Command, b: &meta::Command| a.name == b.name;
        for (command, often) in cardinality::members(reaction.issues, same) {
            let mut issues = Relation::new(policy.clone(), Verb::Issues, self.id(name, command));
            issues.cardinality = Some(often);
            issues.after = delay::before(reaction.issues, command, same);
            issues.upon.clone_from(&upon);
            reaction.docs.text.clone_into(&mut issues.docs);
            self.relate(issues);
        }
    }
}

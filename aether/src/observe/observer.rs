use std::collections::HashMap;

use eventstorming::{
    Model,
    reality::{Observations, Step},
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{CommandId, Commit, Event, OutgoingCommand, TimerChange, store::Entry};

/// What begins the names of what the runtime stores for itself.
const OWN: &str = "aether.";

/// The name under which a process manager stores what it has received.
const RECEIVED: &str = "aether.received";

/// The most commands of one reaction that are told apart.
const MOST: usize = 8;

/// Looks at the entries of a log, in their order, and remembers what led to what.
#[derive(Debug)]
pub struct Observer {
    agents: Vec<String>,
    seen: Observations,
    names: Names,
    /// The events that were seen, by id.
    events: HashMap<Uuid, Cause>,
    /// The commands that were stored before they were carried out, by id.
    asked: HashMap<Uuid, Asked>,
}

/// What an event is as a cause: itself, or that a process manager has received it.
#[derive(Debug, Clone, Copy)]
struct Cause {
    event: u32,
    by: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Asked {
    cause: Option<u32>,
    by: u32,
    command: u32,
}

/// Each name once.
#[derive(Debug, Default)]
struct Names {
    all: Vec<String>,
    known: HashMap<String, u32>,
}

impl Names {
    fn of(&mut self, name: &str) -> u32 {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(name.to_owned());
        self.known.insert(name.to_owned(), number);
        number
    }

    fn get(&self, number: u32) -> String {
        let name = usize::try_from(number).ok().and_then(|at| self.all.get(at));
        name.cloned().unwrap_or_default()
    }
}

/// An event that a process manager has received, as far as it matters here.
#[derive(Deserialize)]
struct Received {
    #[serde(rename = "type")]
    event_type: String,
}

impl Observer {
    /// Has seen nothing yet, and knows the policies and systems of a model by name.
    pub fn new(model: &Model) -> Self {
        Self {
            agents: model.agents().into_iter().map(str::to_owned).collect(),
            seen: Observations::default(),
            names: Names::default(),
            events: HashMap::new(),
            asked: HashMap::new(),
        }
    }

    /// Looks at what lies at the next place in the log.
    pub fn see(&mut self, entry: &Entry) {
        match entry {
            Entry::Commit(recorded) => self.see_commit(&recorded.commit),
            Entry::Unreadable(_) => self.seen.unreadable(),
        }
    }

    /// What was seen so far.
    pub const fn so_far(&self) -> &Observations {
        &self.seen
    }

    /// What was seen.
    pub fn seen(self) -> Observations {
        self.seen
    }

    fn see_commit(&mut self, commit: &Commit) {
        let why = self.why(commit);
        for event in commit.events() {
            if event.event_type == RECEIVED {
                self.see_received(event, commit);
            } else if !event.event_type.starts_with(OWN) {
                self.see_event(event, why.as_ref());
            }
        }
        let Some(last) = commit
            .events()
            .last()
            .filter(|last| last.event_type != RECEIVED)
        else {
            return;
        };
        let cause = self.names.of(&last.event_type);
        self.remember(commit, Some(cause));
    }

    fn see_event(&mut self, event: &Event, why: Option<&Step>) {
        let actor = event.actor_id.actor_type();
        let at = event.timestamp.to_string();
        self.seen
            .event(&event.event_type, event.schema_version, actor, &at);
        if let Some(why) = why {
            self.seen
                .step(why.clone().effect(event.event_type.as_ref()));
        }
        let cause = Cause {
            event: self.names.of(&event.event_type),
            by: None,
        };
        self.events.insert(*event.id.as_uuid(), cause);
    }

    /// A process manager took an event, and asks for commands in the same commit.
    fn see_received(&mut self, kept: &Event, commit: &Commit) {
        let Ok(received) = serde_json::from_str::<Received>(kept.data.as_str()) else {
            return;
        };
        let manager = kept.actor_id.actor_type();
        let took = Step::default()
            .cause(received.event_type.as_str())
            .by(manager);
        let event = self.names.of(&received.event_type);
        let by = Some(self.names.of(manager));
        self.events.insert(*kept.id.as_uuid(), Cause { event, by });
        for asked in self.remember(commit, Some(event)) {
            let command = self.names.get(asked.command);
            self.seen.step(took.clone().command(command));
        }
        self.seen.step(took);
    }

    /// Remembers the commands that a commit asks for, now or later.
    fn remember(&mut self, commit: &Commit, cause: Option<u32>) -> Vec<Asked> {
        let timers = commit.timers().iter().filter_map(|change| match change {
            TimerChange::Set(timer) => Some(&timer.command),
            TimerChange::Cancel(_) => None,
        });
        let all: Vec<&OutgoingCommand> = commit.outgoing().iter().chain(timers).collect();
        let by = self.names.of(commit.actor_id().actor_type());
        let mut remembered = Vec::new();
        for outgoing in all {
            let command = self.names.of(&outgoing.command);
            let asked = Asked { cause, by, command };
            self.asked.insert(*outgoing.id.as_uuid(), asked);
            remembered.push(asked);
        }
        remembered
    }

    /// Why a commit was made, as far as it says so; nothing if its cause was not seen.
    fn why(&self, commit: &Commit) -> Option<Step> {
        let command = commit.command_id();
        if let Some(asked) = command.and_then(|id| self.asked.get(id.as_uuid())) {
            let step = Step::default()
                .by(self.names.get(asked.by))
                .command(self.names.get(asked.command));
            return Some(match asked.cause {
                Some(cause) => step.cause(self.names.get(cause)),
                None => step,
            });
        }
        let metadata = &commit.events().first()?.metadata;
        let Some(causation) = &metadata.causation_id else {
            return Some(Step::default());
        };
        let id: Uuid = causation.parse().ok()?;
        let cause = self.events.get(&id)?;
        let step = Step::default().cause(self.names.get(cause.event));
        let by = cause.by.map(|by| self.names.get(by));
        let by = by.or_else(|| self.agent(&id, command?));
        Some(match by {
            Some(by) => step.by(by),
            None => step,
        })
    }

    /// Who turned an event into a command: whose name the id of the command is made of.
    fn agent(&self, event: &Uuid, command: CommandId) -> Option<String> {
        let numbered = (0..MOST).flat_map(|number| {
            let agents = self.agents.iter();
            agents.map(move |agent| (agent, number))
        });
        let mut found = numbered.filter(|(agent, number)| {
            CommandId::derived(event, &format!("{agent}/{number}")) == command
        });
        found.next().map(|(agent, _)| agent.clone())
    }
}

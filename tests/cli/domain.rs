//! A domain with a bit of everything that a command line shows.

use std::convert::Infallible;

use aether::prelude::*;

/// Water was poured on.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Brewed {
    /// Which cup.
    pub(crate) cup: String,
    /// How hot.
    pub(crate) degrees: u32,
}

/// The leaves are out.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Strained {
    /// Which cup.
    pub(crate) cup: String,
}

/// Pour water on.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Brew {
    /// Which cup.
    #[command(id)]
    pub(crate) cup: String,
    /// How hot.
    pub(crate) degrees: u32,
}

/// Take the leaves out.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Strain {
    /// Which cup.
    #[command(id)]
    pub(crate) cup: String,
}

/// A cup of tea.
#[derive(Aggregate, Debug, Default, Serialize, Deserialize)]
#[aggregate(events(Brewed, Strained), snapshot)]
pub(crate) struct Cup {
    degrees: Option<u32>,
    strained: bool,
}

#[handlers]
impl Cup {
    #[handle]
    fn brew(&self, command: Brew) -> Result<Brewed, Infallible> {
        let Brew { cup, degrees } = command;
        Ok(Brewed { cup, degrees })
    }

    #[handle]
    fn strain(&self, command: Strain) -> Result<Option<Strained>, Infallible> {
        Ok((!self.strained).then_some(Strained { cup: command.cup }))
    }

    #[apply]
    fn brewed(&mut self, event: &Brewed) {
        self.degrees = Some(event.degrees);
    }

    #[apply]
    fn was_strained(&mut self, _: &Strained) {
        self.strained = true;
    }
}

/// Has the leaves taken out in time.
#[derive(ProcessManager, Debug, Default, Serialize, Deserialize)]
#[process_manager(key = String)]
pub(crate) struct Steeping;

#[handlers]
impl Steeping {
    #[react(key = cup)]
    fn brewed(&self, event: &Brewed) -> After<Strain, Hours<24>> {
        let cup = event.cup.clone();
        After::fixed(Strain { cup })
    }
}

/// How many cups there were. Its state is shown without being kept.
#[derive(Aggregate, Debug, Default, Serialize)]
#[aggregate(events(Counted))]
pub(crate) struct Tally {
    cups: u32,
}

/// A cup was counted.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counted {
    /// Which cup.
    pub(crate) cup: String,
}

/// Count a cup.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Count {
    /// On which list.
    #[command(id)]
    pub(crate) list: String,
    /// Which cup.
    pub(crate) cup: String,
}

#[handlers]
impl Tally {
    #[handle]
    fn count(&self, command: Count) -> Result<Counted, Infallible> {
        Ok(Counted { cup: command.cup })
    }

    #[apply]
    fn counted(&mut self, _: &Counted) {
        self.cups += 1;
    }
}

/// Counts every cup.
#[derive(Policy, Debug, Default)]
pub(crate) struct CountCups;

#[handlers]
impl CountCups {
    #[react]
    fn brewed(&self, event: &Brewed) -> Count {
        Count {
            list: "all".to_owned(),
            cup: event.cup.clone(),
        }
    }
}

/// How many cups were brewed, and how hot the hottest was.
#[derive(Projection, Debug, Default, Serialize, Deserialize)]
#[projection(snapshot)]
pub(crate) struct CupsBrewed {
    pub(crate) cups: u32,
    pub(crate) hottest: u32,
}

#[handlers]
impl CupsBrewed {
    #[apply]
    fn brewed(&mut self, event: &Brewed) {
        self.cups += 1;
        self.hottest = self.hottest.max(event.degrees);
    }
}

bounded_context! {
    /// Makes tea.
    pub(crate) Kitchen {
        aggregates: [Cup, Tally],
        policies: [CountCups],
        process_managers: [Steeping],
        projections: [CupsBrewed],
    }
}

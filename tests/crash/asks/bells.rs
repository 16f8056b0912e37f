use std::convert::Infallible;

use aether::prelude::*;

/// Somebody has asked for bells to be rung.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Asked {
    /// The bell.
    pub bell: String,
}

/// A bell was rung.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Rung {
    /// By which way it was asked for.
    pub by: String,
}

/// Ask for a bell to be rung.
#[derive(Command, Debug, Serialize, Deserialize)]
pub(super) struct Ask {
    /// The bell.
    #[command(id)]
    pub bell: String,
}

/// Ring a bell.
#[derive(Command, Debug, Serialize, Deserialize)]
pub(super) struct Ring {
    /// The bell.
    #[command(id)]
    pub bell: String,
    /// By which way it was asked for.
    pub by: String,
}

/// Whose commits ask for things.
#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Asked))]
pub(super) struct Asker {
    asked: u32,
}

#[handlers]
impl Asker {
    #[handle]
    fn ask(&self, command: Ask) -> Result<Asked, Infallible> {
        Ok(Asked { bell: command.bell })
    }

    #[apply]
    fn asked(&mut self, _event: &Asked) {
        self.asked += 1;
    }
}

/// Rings whenever it is told to: what takes effect twice is heard twice.
#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Rung))]
pub(super) struct Bell {
    rung: u32,
}

#[handlers]
impl Bell {
    #[handle]
    fn ring(&self, command: Ring) -> Result<Rung, Infallible> {
        Ok(Rung { by: command.by })
    }

    #[apply]
    fn rung(&mut self, _event: &Rung) {
        self.rung += 1;
    }
}

/// Rings a bell a second after it was asked for.
#[derive(Policy, Default)]
pub(super) struct RingAfterASecond;

#[handlers]
impl RingAfterASecond {
    #[react]
    fn asked(&self, event: &Asked) -> After<Ring> {
        let (bell, by) = (event.bell.clone(), "policy".to_owned());
        After::seconds(1, Ring { bell, by })
    }
}

bounded_context! {
    /// Bells that are rung at once, later, or never.
    pub(super) Belfry { aggregates: [Asker, Bell], policies: [RingAfterASecond] }
}

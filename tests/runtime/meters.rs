//! Meters whose readings are kept in snapshots: the domain as it is, and as a later build has it.

use aether::prelude::*;

/// Somebody read a meter.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub by: u64,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Measure {
    #[command(id)]
    pub meter: String,
    pub by: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("a meter never goes back")]
pub(crate) struct GoesBack;

#[derive(Aggregate, Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[aggregate(events(Measured), snapshot)]
pub(crate) struct Meter {
    pub total: u64,
    pub count: u64,
}

#[handlers]
impl Meter {
    #[handle]
    fn measure(&self, command: Measure) -> Result<Measured, GoesBack> {
        if command.by == 0 {
            return Err(GoesBack);
        }
        Ok(Measured { by: command.by })
    }

    #[apply]
    fn measured(&mut self, event: &Measured) {
        self.total += event.by;
        self.count += 1;
    }
}

/// Something rang.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rang {}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ring {
    #[command(id)]
    pub bell: String,
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Rang))]
pub(crate) struct Bell {}

#[handlers]
impl Bell {
    #[handle]
    fn ring(&self, _command: Ring) -> Result<Rang, std::convert::Infallible> {
        Ok(Rang {})
    }

    #[apply]
    fn rang(&mut self, _event: &Rang) {}
}

/// Counts each ring.
#[derive(Policy, Default)]
pub(crate) struct CountRings;

#[handlers]
impl CountRings {
    #[react]
    fn rang(&self, _event: &Rang) -> Measure {
        measure("rings", 1)
    }
}

bounded_context! {
    /// Reads meters.
    pub Metering { aggregates: [Meter, Bell], policies: [CountRings] }
}

bounded_context! {
    /// Reads meters, and nothing follows from it.
    pub Gauging { aggregates: [Meter] }
}

pub(crate) fn measure(meter: &str, by: u64) -> Measure {
    let meter = meter.to_owned();
    Measure { meter, by }
}

/// The same domain in a later build, whose meters know more.
pub(crate) mod later {
    use aether::prelude::*;

    pub(crate) use super::{GoesBack, Measure, Measured};

    #[derive(Aggregate, Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
    #[aggregate(events(Measured), snapshot)]
    pub(crate) struct Meter {
        pub total: u64,
        pub count: u64,
        #[serde(default)]
        pub largest: u64,
    }

    #[handlers]
    impl Meter {
        #[handle]
        fn measure(&self, command: Measure) -> Result<Measured, GoesBack> {
            Ok(Measured { by: command.by })
        }

        #[apply]
        fn measured(&mut self, event: &Measured) {
            self.total += event.by;
            self.count += 1;
            self.largest = self.largest.max(event.by);
        }
    }

    bounded_context! {
        /// Reads meters.
        pub Metering { aggregates: [Meter] }
    }
}

/// A meter with a part that nobody can look into.
pub(crate) mod opaque {
    use std::convert::Infallible;

    use aether::prelude::*;

    pub(crate) use super::{Measure, Measured};

    #[derive(Aggregate, Debug, Default, Serialize, Deserialize)]
    #[aggregate(events(Measured), snapshot)]
    pub(crate) struct Meter {
        pub total: u64,
        pub note: serde_json::Value,
    }

    #[handlers]
    impl Meter {
        #[handle]
        fn measure(&self, command: Measure) -> Result<Measured, Infallible> {
            Ok(Measured { by: command.by })
        }

        #[apply]
        fn measured(&mut self, event: &Measured) {
            self.total += event.by;
        }
    }

    bounded_context! {
        /// Reads meters.
        pub Metering { aggregates: [Meter] }
    }
}

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use super::{Connection, Shared};
use crate::bus::{SimulatedEventBus, Way};

impl Connection {
    /// A bus between all stores of the server, over the line of this one: what is cut for the
    /// store is cut for the bus.
    ///
    /// # Panics
    /// If it is not called within a tokio runtime or a simulation.
    pub fn bus(&self) -> SimulatedEventBus {
        let way: Arc<dyn Way> = Arc::new(self.clone());
        self.server.buses.open(&way)
    }
}

impl Way for Connection {
    fn lag(&self) -> Duration {
        self.server.lag()
    }

    fn loses(&self) -> bool {
        self.server.percent(|faults| faults.lost)
    }

    fn is_cut(&self) -> bool {
        self.line.is_cut()
    }

    fn start(&self, sending: Pin<Box<dyn Future<Output = ()> + Send>>) {
        Shared::spawn(sending);
    }
}

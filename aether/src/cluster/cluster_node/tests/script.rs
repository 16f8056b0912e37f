use std::time::Duration;

use crate::cluster::ClusterOrder;

/// What a script has happen.
#[derive(Debug, Clone)]
pub(super) enum Trouble {
    Start(usize),
    Crash(usize),
    Freeze(usize, Duration),
    Order(ClusterOrder),
}

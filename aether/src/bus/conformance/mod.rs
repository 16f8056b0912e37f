//! What every bus promises, as tests that any bus can run.
//!
//! Each function is one promise of [`EventBus`] and panics if it is broken;
//! [`bus_conformance!`](crate::bus_conformance) makes a test of each, on fresh buses.
//!
//! Nothing here knows of a particular bus.

mod delivering;
mod ending;
mod fixture;
mod losing;
mod wanting;

use super::EventBus;

pub use self::{delivering::*, ending::*, losing::*, wanting::*};

/// The buses to test: one, or several in which what one publishes is told by all.
pub trait Buses: Sync {
    /// The kind of bus.
    type Bus: EventBus;

    /// The buses, at least one.
    fn nodes(&self) -> &[Self::Bus];
}

/// Buses and what must live as long as they: a server.
#[derive(Debug)]
pub struct Nodes<B, G = ()> {
    nodes: Vec<B>,
    _guard: G,
}

impl<B, G> Nodes<B, G> {
    /// Keeps `guard` for as long as the buses are in use.
    pub const fn new(nodes: Vec<B>, guard: G) -> Self {
        Self {
            nodes,
            _guard: guard,
        }
    }
}

impl<B: EventBus, G: Sync> Buses for Nodes<B, G> {
    type Bus = B;

    fn nodes(&self) -> &[B] {
        &self.nodes
    }
}

/// Makes a module with a test for each promise of [`EventBus`](crate::bus::EventBus).
///
/// Takes the name of the module, and an async closure that makes fresh
/// [`Buses`](crate::bus::conformance::Buses). The crate that uses it needs tokio, with its
/// features `macros`, `rt-multi-thread` and `time`. A case that takes longer than a minute has
/// failed.
///
/// ```
/// use aether::{bus::{LocalEventBus, conformance::Nodes}, bus_conformance};
///
/// bus_conformance!(local, async || Nodes::new(vec![LocalEventBus::new()], ()));
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! bus_conformance {
    ($name:ident, $make:expr) => {
        $crate::bus_conformance! { @each $name, $make;
            a_subscription_is_live_when_it_is_made
            what_is_published_is_told_once_everywhere
            what_is_told_is_what_was_published
            the_order_of_an_actor_is_kept
            subscribers_of_a_process_share_the_notice
            namespaces_are_kept_apart
            a_pattern_means_several_namespaces
            a_filter_gives_what_it_wants
            nothing_is_lost_below_the_capacity
            what_a_slow_subscriber_misses_is_counted_and_told
            slow_subscribers_hold_up_no_fast_ones
            what_cannot_be_published_is_told_as_missed
            a_dropped_subscription_is_gone
            closing_ends_each_subscription_after_what_was_delivered
            a_closed_bus_takes_nothing_more
        }
    };
    (@each $name:ident, $make:expr; $($case:ident)+) => {
        mod $name {
            use super::*;
            $(
                #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let made = ($make)().await;
                    let case = $crate::bus::conformance::$case(&made);
                    ::tokio::time::timeout(::std::time::Duration::from_mins(1), case)
                        .await
                        .expect("the case ends within a minute");
                }
            )+
        }
    };
}

#[cfg(test)]
mod tests {
    use super::Nodes;
    use crate::bus::LocalEventBus;

    bus_conformance!(local, async || Nodes::new(vec![LocalEventBus::new()], ()));

    #[test]
    fn the_list_names_every_case() {
        let cases = [
            include_str!("delivering.rs"),
            include_str!("ending.rs"),
            include_str!("losing.rs"),
            include_str!("wanting.rs"),
        ];
        let list = include_str!("mod.rs");
        let lists = list.split("@each $name, $make;").nth(1);
        let mut listed: Vec<_> = lists
            .and_then(|rest| rest.split('}').next())
            .into_iter()
            .flat_map(str::split_whitespace)
            .collect();
        let mut written: Vec<_> = cases
            .iter()
            .flat_map(|text| text.split("pub async fn ").skip(1))
            .filter_map(|text| text.split('<').next())
            .collect();
        listed.sort_unstable();
        written.sort_unstable();
        assert_eq!(listed, written);
    }
}

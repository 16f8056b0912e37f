//! What the double does as a real server does, as tests that run on both.
//!
//! Each function is one claim and panics if it does not hold;
//! [`nats_conformance!`](crate::nats_conformance) makes a test of each, on fresh servers.
//!
//! Nothing here knows of particular servers: [`Servers`] and [`Transport`] are all it needs.

mod bucket;
mod core;
mod fixture;
mod lines;
mod reading;
mod replicated;
mod storing;

use std::{future::Future, time::Duration};

pub use self::{bucket::*, core::*, lines::*, reading::*, replicated::*, storing::*};
use super::{
    LineMishap, NatsConnection, NatsDouble, NatsInbox, NatsMessage, RequestFailure, ServerMishap,
};

/// Servers to test, and what can be done to them.
pub trait Servers: Sync {
    /// How a client is connected.
    type Transport: Transport;

    /// A client of a server, counted from 0.
    fn connect(&self, server: usize) -> impl Future<Output = Self::Transport> + Send;

    /// The number of the server with this name, as the leader of a stream is named.
    fn named(&self, name: &str) -> Option<usize>;

    /// Has something befall a server, and waits until it has.
    fn befall(&self, server: usize, mishap: ServerMishap) -> impl Future<Output = ()> + Send;
}

/// The connection of a client: the seam between what is built on NATS and what is below it.
pub trait Transport: Send + Sync {
    /// What a subscription gives.
    type Inbox: Inbox;

    /// Sends a message.
    fn publish(&self, message: NatsMessage) -> impl Future<Output = ()> + Send;

    /// Subscribes, and waits until the server knows.
    fn subscribe(
        &self,
        subject: &str,
        queue: Option<&str>,
    ) -> impl Future<Output = Self::Inbox> + Send;

    /// Sends a message, and waits for its answer.
    fn request(
        &self,
        message: NatsMessage,
        within: Duration,
    ) -> impl Future<Output = Result<NatsMessage, RequestFailure>> + Send;

    /// Has something befall the connection.
    fn befall(&self, mishap: LineMishap);
}

/// What a subscription gives.
pub trait Inbox: Send {
    /// The next message.
    fn next(&mut self) -> impl Future<Output = Option<NatsMessage>> + Send;

    /// Wants nothing more: what is on its way is still given.
    fn close(&mut self) -> impl Future<Output = ()> + Send;
}

impl Servers for NatsDouble {
    type Transport = NatsConnection;

    async fn connect(&self, server: usize) -> NatsConnection {
        self.connect_to(Some(server))
    }

    fn named(&self, name: &str) -> Option<usize> {
        name.strip_prefix("node")?.parse().ok()
    }

    async fn befall(&self, server: usize, mishap: ServerMishap) {
        self.befall_server(server, mishap);
    }
}

impl Transport for NatsConnection {
    type Inbox = NatsInbox;

    async fn publish(&self, message: NatsMessage) {
        Self::publish(self, message);
    }

    async fn subscribe(&self, subject: &str, queue: Option<&str>) -> NatsInbox {
        let inbox = Self::subscribe(self, subject, queue);
        // Nothing overtakes anything: when this is known to be unanswered, the rest is known.
        let ping = NatsMessage::new("_PING", "");
        let _nobody = Self::request(self, ping, Some(Duration::from_secs(10))).await;
        inbox
    }

    async fn request(
        &self,
        message: NatsMessage,
        within: Duration,
    ) -> Result<NatsMessage, RequestFailure> {
        Self::request(self, message, Some(within)).await
    }

    fn befall(&self, mishap: LineMishap) {
        Self::befall(self, mishap);
    }
}

impl Inbox for NatsInbox {
    async fn next(&mut self) -> Option<NatsMessage> {
        Self::next(self).await
    }

    async fn close(&mut self) {
        Self::close(self);
    }
}

/// Makes a module with a test for each claim: `one` are those for a single server, `three` those
/// for servers with replicas.
///
/// Takes which of them, the name of the module, and an async closure that makes fresh
/// [`Servers`](crate::simulation::nats::conformance::Servers). The crate that uses it needs tokio,
/// with its features `macros`, `rt` and `time`. A case that takes longer than two minutes has
/// failed.
///
/// ```
/// use aether::{nats_conformance, simulation::nats::NatsDouble};
///
/// nats_conformance!(one double, async || NatsDouble::new(1, 1));
/// nats_conformance!(three doubles, async || NatsDouble::new(1, 3));
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! nats_conformance {
    (one $name:ident, $make:expr) => {
        $crate::nats_conformance! { @each $name, $make;
            a_message_comes_to_whoever_wants_its_subject
            of_a_queue_group_one_is_told
            what_one_connection_sends_arrives_in_order
            a_request_is_answered_and_nothing_is_changed_on_the_way
            that_nobody_is_there_is_told_at_once
            a_client_that_is_gone_is_nobody
            a_request_that_is_heard_and_not_answered_takes_its_time
            a_closed_subscription_gives_what_has_arrived_and_ends
            what_is_sent_while_a_connection_stands_still_arrives_later_in_order
            a_connection_that_stands_still_is_somebody
            a_connection_that_was_cut_wants_what_it_wanted
            a_write_whose_answer_is_lost_is_stored
            a_server_that_died_comes_back_with_what_it_has_stored
            a_server_that_stands_still_does_later_what_it_was_asked
            a_stream_is_made_once
            a_write_is_acknowledged_with_its_sequence
            a_write_that_expects_another_last_message_is_refused
            a_write_may_expect_another_subject_the_stream_or_the_last_id
            of_a_stream_that_is_full_of_writers_one_wins_each_place
            a_message_id_is_stored_once_within_its_time
            a_batch_is_stored_whole
            a_batch_that_is_refused_leaves_no_trace
            a_batch_is_refused_where_it_is_not_permitted_or_not_numbered
            what_is_stored_is_read_as_it_was_written
            what_is_not_there_is_said_to_be_missing
            nobody_reads_directly_where_it_is_not_permitted
            a_key_is_created_once_and_updated_by_revision
            a_key_that_was_deleted_is_created_again_over_its_last_revision
            what_is_written_is_told
        }
    };
    (three $name:ident, $make:expr) => {
        $crate::nats_conformance! { @each $name, $make;
            of_writers_that_race_one_wins
            a_write_on_its_way_holds_up_those_that_expect_something_of_its_subject
            writes_on_their_way_hold_up_no_other_subject
            an_unguarded_write_on_its_way_is_not_written_over
            a_message_id_on_its_way_is_stored_once
            a_leader_that_steps_down_loses_nothing
            a_leader_that_dies_leaves_a_stream_silent_for_seconds_and_loses_nothing
            a_leader_that_stands_still_is_replaced
        }
    };
    (@each $name:ident, $make:expr; $($case:ident)+) => {
        mod $name {
            use super::*;
            $(
                #[::tokio::test]
                async fn $case() {
                    let made = ($make)().await;
                    let case = $crate::simulation::nats::conformance::$case(&made);
                    ::tokio::time::timeout(::std::time::Duration::from_mins(2), case)
                        .await
                        .expect("the case ends within two minutes");
                }
            )+
        }
    };
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::simulation::nats::{NatsDouble, NatsFaults};

    /// Seconds of an election take no time.
    fn doubles(count: usize, faults: NatsFaults) -> NatsDouble {
        tokio::time::pause();
        NatsDouble::new(7, count).faults(faults)
    }

    const SLOW: NatsFaults = NatsFaults::none().delay(Duration::from_millis(5)).slow(2);

    nats_conformance!(one double, async || doubles(1, NatsFaults::none()));
    nats_conformance!(three doubles, async || doubles(3, SLOW));
    nats_conformance!(one slow_double, async || doubles(1, SLOW));
    nats_conformance!(one one_of_three, async || doubles(3, NatsFaults::none().delay(Duration::from_millis(1))));

    #[test]
    fn the_lists_name_every_case() {
        let cases = [
            include_str!("bucket.rs"),
            include_str!("core.rs"),
            include_str!("lines.rs"),
            include_str!("reading.rs"),
            include_str!("replicated.rs"),
            include_str!("storing.rs"),
        ];
        let defined: usize = cases
            .iter()
            .map(|text| text.matches("\npub async fn ").count())
            .sum();
        let list = include_str!("mod.rs");
        let listed = list.split("@each $name, $make;").skip(1).take(2);
        let listed: Vec<&str> = listed
            .filter_map(|part| part.split('}').next())
            .flat_map(str::split_whitespace)
            .collect();
        for case in &listed {
            let is_there = cases
                .iter()
                .any(|text| text.contains(&format!("fn {case}<")));
            assert!(is_there, "{case}");
        }
        assert_eq!(listed.len(), defined);
    }
}

use async_nats::jetstream::stream::{Config, PersistenceMode, StorageType};

use super::{letter::MOST_HEADERS, server_version::ServerVersion, state};
use crate::{Capabilities, Durability};

/// The most messages that the server takes in one batch.
const BATCH: usize = 1_000;
/// From how many replicas on a majority is more than one.
const REPLICATED: usize = 3;

/// What a stream can do, as far as its configuration and its server's version tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Abilities {
    /// The most messages in a batch; or why there are no batches.
    pub(super) batch: Result<usize, String>,
    /// The largest message that the stream takes, if it is bounded.
    pub(super) message_bytes: Option<usize>,
    durability: Durability,
}

impl Abilities {
    pub(super) fn of(config: &Config, server: &str, synced: bool) -> Self {
        Self {
            batch: batch(config, server),
            message_bytes: usize::try_from(config.max_message_size)
                .ok()
                .filter(|bytes| *bytes > 0),
            durability: durability(config, synced),
        }
    }

    /// As a store says it, on a server that takes payloads of so many bytes.
    pub(super) fn capabilities(&self, max_payload: usize) -> Capabilities {
        let commit = self
            .message_bytes
            .map_or(max_payload, |bytes| bytes.min(max_payload));
        let (commit, state) = (
            commit.saturating_sub(MOST_HEADERS),
            max_payload.saturating_sub(state::MOST_HEADERS),
        );
        let capabilities = Capabilities::lasting(self.durability).with_limits(commit, state);
        match self.batch {
            Ok(limit) => capabilities.with_transactions(limit),
            Err(_) => capabilities,
        }
    }
}

fn batch(config: &Config, server: &str) -> Result<usize, String> {
    if !ServerVersion::parse(server).is_some_and(ServerVersion::has_transactions) {
        return Err(format!(
            "the NATS server is too old for them: it is {server}, wanted is {}, or {} and later",
            ServerVersion::FIRST_WITH_TRANSACTIONS,
            ServerVersion::ALL_WITH_TRANSACTIONS,
        ));
    }
    if !config.allow_atomic_publish {
        let text = format!("the stream `{}` lacks `allow_atomic`", config.name);
        return Err(text);
    }
    Ok(BATCH)
}

/// How often a server writes to its disk is not for its clients to know: no more is said than the
/// configuration warrants, unless its operator has.
fn durability(config: &Config, synced: bool) -> Durability {
    let replicated = config.num_replicas >= REPLICATED;
    // Async, a server answers before it has handed anything to its operating system.
    let late = config.persist_mode == Some(PersistenceMode::Async);
    match (config.storage, replicated, synced) {
        (StorageType::Memory, _, _) => Durability::Process,
        (StorageType::File, _, _) if late => Durability::Process,
        (StorageType::File, true, true) => Durability::MajorityOnDisk,
        (StorageType::File, true, false) => Durability::Majority,
        (StorageType::File, false, true) => Durability::Disk,
        (StorageType::File, false, false) => Durability::Machine,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atomic() -> Config {
        Config {
            name: "s".to_owned(),
            allow_atomic_publish: true,
            num_replicas: 1,
            ..Config::default()
        }
    }

    #[test]
    fn a_transaction_takes_a_new_server_and_a_stream_that_allows_it() {
        assert_eq!(Abilities::of(&atomic(), "2.15.1", false).batch, Ok(1_000));
        assert_eq!(
            Abilities::of(
                &Config {
                    allow_atomic_publish: false,
                    ..atomic()
                },
                "2.15.1",
                false
            )
            .batch,
            Err("the stream `s` lacks `allow_atomic`".to_owned())
        );
        assert_eq!(
            Abilities::of(&atomic(), "2.14.3", false).batch,
            Err(
                "the NATS server is too old for them: it is 2.14.3, wanted is 2.12.14, or \
                 2.14.4 and later"
                    .to_owned()
            )
        );
    }

    #[test]
    fn the_smaller_limit_counts_and_leaves_room_for_headers() {
        let limits = |max_message_size, max_payload| {
            let config = Config {
                max_message_size,
                ..atomic()
            };
            let told = Abilities::of(&config, "2.15.1", false).capabilities(max_payload);
            (told.commit_bytes, told.state_bytes)
        };
        assert_eq!(limits(-1, 1 << 20), (Some(1_043_456), Some(1_043_456)));
        assert_eq!(limits(10_240, 1 << 20), (Some(5_120), Some(1_043_456)));
        assert_eq!(limits(-1, 100), (Some(0), Some(0)));
    }

    #[test]
    fn an_acknowledgement_means_no_more_than_is_known() {
        let lasting = |storage, num_replicas, synced| {
            let config = Config {
                storage,
                num_replicas,
                ..atomic()
            };
            durability(&config, synced)
        };
        let (memory, file) = (StorageType::Memory, StorageType::File);
        assert_eq!(lasting(memory, 3, true), Durability::Process);
        assert_eq!(lasting(file, 1, false), Durability::Machine);
        assert_eq!(lasting(file, 1, true), Durability::Disk);
        assert_eq!(lasting(file, 3, false), Durability::Majority);
        assert_eq!(lasting(file, 3, true), Durability::MajorityOnDisk);
    }

    #[test]
    fn what_is_written_later_is_not_on_any_disk() {
        let config = Config {
            persist_mode: Some(PersistenceMode::Async),
            storage: StorageType::File,
            ..atomic()
        };
        assert_eq!(durability(&config, true), Durability::Process);
    }
}

use std::{fmt, time::Duration};

use async_nats::jetstream::stream::{
    Config, DiscardPolicy, PersistenceMode, RetentionPolicy, StorageType,
};

use super::{Drift, JetStreamOptions, Risk, Storage, history::LONG_BATCH, names::Names};

/// How long the server remembers commit ids by itself. The store looks for older ones.
const DUPLICATE_WINDOW: Duration = Duration::from_mins(2);
/// The longest that the store wants a consumer kept that nobody reads.
const IDLE_CONSUMER: Duration = Duration::from_mins(1);
/// So many messages a consumer must be allowed to send ahead of what is acknowledged.
const MOST_UNDER_WAY: i64 = LONG_BATCH.cast_signed();

/// A setting of a stream that is not as the store makes it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    gravity: Gravity,
    setting: &'static str,
    found: String,
    wanted: String,
}

/// What a finding means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gravity {
    /// The store cannot work with it.
    Unusable,
    /// The store works, and events may be lost.
    Unsafe(Risk),
    /// The store works, within narrower limits or without transactions.
    Harmless,
}

impl Finding {
    /// Whether the store is not to be opened.
    pub(super) fn forbids(&self, accepted: &[Risk]) -> bool {
        match self.gravity {
            Gravity::Unusable => true,
            Gravity::Unsafe(risk) => !accepted.contains(&risk),
            Gravity::Harmless => false,
        }
    }
}

impl From<Finding> for Drift {
    fn from(finding: Finding) -> Self {
        Self::new(finding.setting, finding.found, finding.wanted)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            setting,
            found,
            wanted,
            gravity,
        } = self;
        write!(f, "`{setting}` is {found} and must be {wanted}")?;
        match gravity {
            Gravity::Unsafe(risk) => write!(f, ", unless `{risk}` is accepted"),
            Gravity::Unusable | Gravity::Harmless => Ok(()),
        }
    }
}

/// The configuration of a new stream, with transactions if the server has them.
pub(super) fn fit(names: &Names, options: &JetStreamOptions, transactions: bool) -> Config {
    Config {
        name: names.stream().to_owned(),
        description: Some(format!("Events of the namespace {}", options.namespace)),
        subjects: vec![names.everything()],
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::New,
        max_messages: -1,
        max_messages_per_subject: -1,
        max_bytes: -1,
        duplicate_window: DUPLICATE_WINDOW,
        storage: storage_type(options.storage),
        num_replicas: options.replicas,
        allow_direct: true,
        deny_delete: true,
        deny_purge: true,
        allow_atomic_publish: transactions,
        ..Config::default()
    }
}

/// On what a stream keeps its messages, as the client calls it.
pub(super) const fn storage_type(storage: Storage) -> StorageType {
    match storage {
        Storage::File => StorageType::File,
        Storage::Memory => StorageType::Memory,
    }
}

/// What is not as the store would make it in a stream that exists.
pub(super) fn findings(
    found: &Config,
    names: &Names,
    options: &JetStreamOptions,
    transactions: bool,
) -> Vec<Finding> {
    let mut findings = Findings::default();
    let wanted = [names.everything()];
    findings.unusable_unless(found.subjects == wanted, "subjects", || {
        (format!("{:?}", found.subjects), format!("{wanted:?}"))
    });
    check_limits(found, &mut findings);
    check_safety(found, options, &mut findings);
    check_origin(found, &mut findings);
    check_switches(found, &mut findings);
    check_drift(found, transactions, &mut findings);
    findings.0
}

/// What is not as it should be in a stream of what is derived from the log, which keeps one message
/// a subject.
pub(super) fn state_findings(
    found: &Config,
    names: &Names,
    options: &JetStreamOptions,
) -> Vec<Finding> {
    let mut findings = Findings::default();
    let wanted = [names.state()];
    findings.unusable_unless(found.subjects == wanted, "subjects", || {
        (format!("{:?}", found.subjects), format!("{wanted:?}"))
    });
    let unbounded = Config {
        max_messages_per_subject: -1,
        first_sequence: None,
        ..found.clone()
    };
    check_limits(&unbounded, &mut findings);
    check_safety(found, options, &mut findings);
    check_origin(found, &mut findings);
    for (setting, found) in [("no_ack", found.no_ack), ("sealed", found.sealed)] {
        findings.unusable_unless(!found, setting, || ("true", "false"));
    }
    findings.0
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    /// Notes what is found and what is wanted, unless a setting fits.
    fn unless<F, W>(
        &mut self,
        fits: bool,
        gravity: Gravity,
        setting: &'static str,
        said: impl FnOnce() -> (F, W),
    ) where
        F: Into<String>,
        W: Into<String>,
    {
        if !fits {
            let (found, wanted) = said();
            let (found, wanted) = (found.into(), wanted.into());
            self.0.push(Finding {
                gravity,
                setting,
                found,
                wanted,
            });
        }
    }

    fn unusable_unless<F, W>(
        &mut self,
        fits: bool,
        setting: &'static str,
        said: impl FnOnce() -> (F, W),
    ) where
        F: Into<String>,
        W: Into<String>,
    {
        self.unless(fits, Gravity::Unusable, setting, said);
    }
}

/// No event may ever be dropped to make room, and the first has sequence 1.
fn check_limits(found: &Config, findings: &mut Findings) {
    let retention = found.retention;
    findings.unusable_unless(retention == RetentionPolicy::Limits, "retention", || {
        (format!("{retention:?}"), "Limits")
    });
    let bounded = found.max_messages > 0 || found.max_bytes > 0;
    let discards = bounded && found.discard != DiscardPolicy::New;
    findings.unusable_unless(!discards, "discard", || {
        (
            format!("{:?}", found.discard),
            "New, since the stream is bounded",
        )
    });
    let of_a_subject = found.max_messages_per_subject;
    findings.unusable_unless(of_a_subject <= 0, "max_msgs_per_subject", || {
        (of_a_subject.to_string(), "unbounded")
    });
    findings.unusable_unless(found.max_age.is_zero(), "max_age", || {
        (format!("{:?}", found.max_age), "unbounded")
    });
    let first = found.first_sequence.unwrap_or_default();
    findings.unusable_unless(first <= 1, "first_seq", || (first.to_string(), "1"));
    let idle = found.consumer_limits.as_ref();
    let idle = idle.map_or(Duration::ZERO, |limits| limits.inactive_threshold);
    let long_enough = idle.is_zero() || idle >= IDLE_CONSUMER;
    findings.unusable_unless(long_enough, "consumer_limits.inactive_threshold", || {
        (format!("{idle:?}"), format!("{IDLE_CONSUMER:?} or more"))
    });
    let ahead = found.consumer_limits.as_ref();
    let ahead = ahead.map_or(0, |limits| limits.max_ack_pending);
    let many_enough = ahead <= 0 || ahead >= MOST_UNDER_WAY;
    findings.unusable_unless(many_enough, "consumer_limits.max_ack_pending", || {
        (ahead.to_string(), format!("{MOST_UNDER_WAY} or more"))
    });
}

/// An acknowledgement must mean at least what was asked for.
fn check_safety(found: &Config, options: &JetStreamOptions, findings: &mut Findings) {
    let replicas = found.num_replicas;
    let fewer = Gravity::Unsafe(Risk::FewerReplicas);
    findings.unless(replicas >= options.replicas, fewer, "num_replicas", || {
        (
            replicas.to_string(),
            format!("{} or more", options.replicas),
        )
    });
    let kept = options.storage == Storage::Memory || found.storage == StorageType::File;
    let memory = Gravity::Unsafe(Risk::MemoryStorage);
    findings.unless(kept, memory, "storage", || {
        (format!("{:?}", found.storage), "File")
    });
    let synchronous = found.persist_mode != Some(PersistenceMode::Async);
    let later = Gravity::Unsafe(Risk::AsyncPersistence);
    findings.unless(synchronous, later, "persist_mode", || ("Async", "Default"));
}

/// Messages come from those who append, as they were sent.
fn check_origin(found: &Config, findings: &mut Findings) {
    let sources = found.sources.as_deref().unwrap_or_default();
    let origins = [
        ("mirror", found.mirror.is_none()),
        ("sources", sources.is_empty()),
        ("subject_transform", found.subject_transform.is_none()),
    ];
    for (setting, absent) in origins {
        findings.unusable_unless(absent, setting, || ("there", "absent"));
    }
}

fn check_switches(found: &Config, findings: &mut Findings) {
    let may = Gravity::Unsafe;
    let (unusable, delete) = (Gravity::Unusable, may(Risk::Deletion));
    let switches = [
        (unusable, "allow_direct", found.allow_direct, true),
        (delete, "deny_delete", found.deny_delete, true),
        (may(Risk::Purge), "deny_purge", found.deny_purge, true),
        (
            may(Risk::Rollup),
            "allow_rollup_hdrs",
            found.allow_rollup,
            false,
        ),
        (
            may(Risk::MessageTtl),
            "allow_msg_ttl",
            found.allow_message_ttl,
            false,
        ),
        (
            unusable,
            "allow_msg_counter",
            found.allow_message_counter,
            false,
        ),
        (unusable, "no_ack", found.no_ack, false),
        (unusable, "sealed", found.sealed, false),
    ];
    for (gravity, setting, found, wanted) in switches {
        findings.unless(found == wanted, gravity, setting, || {
            (found.to_string(), wanted.to_string())
        });
    }
}

/// What the store can work with, within limits.
fn check_drift(found: &Config, transactions: bool, findings: &mut Findings) {
    let bounds = [
        ("max_bytes", found.max_bytes),
        ("max_msgs", found.max_messages),
        ("max_msg_size", i64::from(found.max_message_size)),
        ("max_consumers", i64::from(found.max_consumers)),
    ];
    for (setting, bound) in bounds {
        findings.unless(bound <= 0, Gravity::Harmless, setting, || {
            (bound.to_string(), "unbounded")
        });
    }
    let atomic = found.allow_atomic_publish || !transactions;
    findings.unless(atomic, Gravity::Harmless, "allow_atomic", || {
        ("false", "true")
    });
    let window = found.duplicate_window;
    let usual = window == DUPLICATE_WINDOW;
    findings.unless(usual, Gravity::Harmless, "duplicate_window", || {
        (format!("{window:?}"), format!("{DUPLICATE_WINDOW:?}"))
    });
}

#[cfg(test)]
mod tests {
    use async_nats::jetstream::stream::{
        Compression, ConsumerLimits, Republish, Source, SubjectTransform,
    };

    use super::*;
    use crate::Namespace;

    fn names() -> Names {
        Names::of(&Namespace::default())
    }

    /// What is said of a stream that is fit but for one change.
    fn said(change: impl FnOnce(&mut Config)) -> Vec<String> {
        let options = JetStreamOptions::new().replicas(3);
        let mut config = fit(&names(), &options, true);
        change(&mut config);
        let findings = findings(&config, &names(), &options, true);
        let forbidding = findings.iter().filter(|finding| finding.forbids(&[]));
        forbidding.map(ToString::to_string).collect()
    }

    /// The drift of a stream that is fit but for one change, if so much is accepted.
    fn drift(accepted: &[Risk], change: impl FnOnce(&mut Config)) -> Vec<String> {
        let options = JetStreamOptions::new().replicas(3);
        let mut config = fit(&names(), &options, true);
        change(&mut config);
        let findings = findings(&config, &names(), &options, true);
        assert!(findings.iter().all(|finding| !finding.forbids(accepted)));
        let drift = findings.into_iter().map(Drift::from);
        drift.map(|drift| drift.to_string()).collect()
    }

    #[test]
    fn a_stream_as_the_store_makes_it_is_fit() {
        assert_eq!(said(|_| ()), [""; 0]);
        assert_eq!(drift(&[], |_| ()), [""; 0]);
    }

    #[test]
    fn each_setting_that_loses_events_is_named() {
        type Change = fn(&mut Config);
        let changes: [(&str, Change); 22] = [
            ("subjects", |it| it.subjects = vec!["orders.>".to_owned()]),
            ("retention", |it| it.retention = RetentionPolicy::Interest),
            ("retention", |it| it.retention = RetentionPolicy::WorkQueue),
            ("max_msgs_per_subject", |it| it.max_messages_per_subject = 1),
            ("max_age", |it| it.max_age = Duration::from_mins(1)),
            ("first_seq", |it| it.first_sequence = Some(2)),
            ("consumer_limits.inactive_threshold", |it| {
                it.consumer_limits = Some(ConsumerLimits {
                    inactive_threshold: Duration::from_secs(1),
                    max_ack_pending: 0,
                });
            }),
            ("consumer_limits.max_ack_pending", |it| {
                it.consumer_limits = Some(ConsumerLimits {
                    inactive_threshold: Duration::ZERO,
                    max_ack_pending: 1_000,
                });
            }),
            ("num_replicas", |it| it.num_replicas = 1),
            ("storage", |it| it.storage = StorageType::Memory),
            ("persist_mode", |it| {
                it.persist_mode = Some(PersistenceMode::Async);
            }),
            ("mirror", |it| it.mirror = Some(Source::default())),
            ("sources", |it| it.sources = Some(vec![Source::default()])),
            ("subject_transform", |it| {
                let (source, destination) = ("a".to_owned(), "b".to_owned());
                it.subject_transform = Some(SubjectTransform {
                    source,
                    destination,
                });
            }),
            ("allow_direct", |it| it.allow_direct = false),
            ("deny_delete", |it| it.deny_delete = false),
            ("deny_purge", |it| it.deny_purge = false),
            ("allow_rollup_hdrs", |it| it.allow_rollup = true),
            ("allow_msg_ttl", |it| it.allow_message_ttl = true),
            ("allow_msg_counter", |it| it.allow_message_counter = true),
            ("no_ack", |it| it.no_ack = true),
            ("sealed", |it| it.sealed = true),
        ];
        for (setting, change) in changes {
            let said = said(change);
            assert_eq!(said.len(), 1, "{setting}: {said:?}");
            assert!(said[0].starts_with(&format!("`{setting}` is ")), "{said:?}");
        }
    }

    #[test]
    fn a_bounded_stream_may_not_discard_old_messages() {
        let bounds: [fn(&mut Config); 2] = [|it| it.max_bytes = 9, |it| it.max_messages = 9];
        for bound in bounds {
            let said = said(|config| {
                bound(config);
                config.discard = DiscardPolicy::Old;
            });
            assert_eq!(
                said,
                ["`discard` is Old and must be New, since the stream is bounded"]
            );
        }
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let said = said(|config| {
            config.max_age = Duration::from_secs(1);
            config.deny_purge = false;
        });
        assert_eq!(
            said,
            [
                "`max_age` is 1s and must be unbounded",
                "`deny_purge` is false and must be true, unless `Risk::Purge` is accepted"
            ]
        );
    }

    #[test]
    fn what_is_accepted_by_name_is_drift() {
        type Change = fn(&mut Config);
        let risks: [(Risk, Change); 7] = [
            (Risk::MemoryStorage, |it| it.storage = StorageType::Memory),
            (Risk::FewerReplicas, |it| it.num_replicas = 1),
            (Risk::AsyncPersistence, |it| {
                it.persist_mode = Some(PersistenceMode::Async);
            }),
            (Risk::Deletion, |it| it.deny_delete = false),
            (Risk::Purge, |it| it.deny_purge = false),
            (Risk::Rollup, |it| it.allow_rollup = true),
            (Risk::MessageTtl, |it| it.allow_message_ttl = true),
        ];
        for (risk, change) in risks {
            assert_eq!(drift(&[risk], change).len(), 1, "{risk}");
            let said = said(change);
            assert!(
                said[0].ends_with(&format!(", unless `{risk}` is accepted")),
                "{said:?}"
            );
        }
    }

    #[test]
    fn limits_are_drift_and_what_concerns_nobody_is_not() {
        let drift = |change: fn(&mut Config)| drift(&[], change);
        assert_eq!(
            drift(|it| it.max_bytes = 9),
            ["`max_bytes` is 9, and would be unbounded"]
        );
        assert_eq!(drift(|it| it.max_messages = 9).len(), 1);
        assert_eq!(drift(|it| it.max_message_size = 9).len(), 1);
        assert_eq!(drift(|it| it.max_consumers = 9).len(), 1);
        assert_eq!(
            drift(|it| it.allow_atomic_publish = false),
            ["`allow_atomic` is false, and would be true"]
        );
        assert_eq!(
            drift(|it| it.duplicate_window = Duration::from_secs(7)),
            ["`duplicate_window` is 7s, and would be 120s"]
        );
        let harmless: [fn(&mut Config); 6] = [
            |it| it.num_replicas = 5,
            |it| it.discard = DiscardPolicy::Old,
            |it| it.compression = Some(Compression::S2),
            |it| it.description = None,
            |it| it.allow_message_schedules = true,
            |it| {
                it.republish = Some(Republish {
                    source: ">".to_owned(),
                    destination: "copy.>".to_owned(),
                    headers_only: false,
                });
            },
        ];
        for change in harmless {
            assert_eq!(drift(change), [""; 0]);
        }
    }
}

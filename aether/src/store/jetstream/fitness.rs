use std::{fmt, time::Duration};

use async_nats::jetstream::stream::{
    Config, DiscardPolicy, PersistenceMode, RetentionPolicy, StorageType,
};

use super::{JetStreamOptions, Storage, names::Names};

/// How long the server remembers commit ids by itself. The store looks for older ones.
const DUPLICATE_WINDOW: Duration = Duration::from_mins(2);

/// A setting of a stream with which the store cannot keep its promises.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    setting: &'static str,
    found: String,
    wanted: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            setting,
            found,
            wanted,
        } = self;
        write!(f, "`{setting}` is {found} and must be {wanted}")
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

/// What is wrong with the configuration of a stream that exists.
pub(super) fn misfits(found: &Config, names: &Names, options: &JetStreamOptions) -> Vec<Misfit> {
    let mut misfits = Misfits::default();
    let wanted = [names.everything()];
    misfits.unless(found.subjects == wanted, "subjects", || {
        (format!("{:?}", found.subjects), format!("{wanted:?}"))
    });
    check_limits(found, &mut misfits);
    check_safety(found, options, &mut misfits);
    check_origin(found, &mut misfits);
    for (setting, found, wanted) in switches(found) {
        misfits.unless(found == wanted, setting, || {
            (found.to_string(), wanted.to_string())
        });
    }
    misfits.0
}

#[derive(Default)]
struct Misfits(Vec<Misfit>);

impl Misfits {
    /// Notes what is found and what is wanted, unless a setting fits.
    fn unless<F, W>(&mut self, fits: bool, setting: &'static str, said: impl FnOnce() -> (F, W))
    where
        F: Into<String>,
        W: Into<String>,
    {
        if !fits {
            let (found, wanted) = said();
            let (found, wanted) = (found.into(), wanted.into());
            self.0.push(Misfit {
                setting,
                found,
                wanted,
            });
        }
    }
}

/// No event may ever be dropped to make room.
fn check_limits(found: &Config, misfits: &mut Misfits) {
    let retention = found.retention;
    misfits.unless(retention == RetentionPolicy::Limits, "retention", || {
        (format!("{retention:?}"), "Limits")
    });
    let bounded = found.max_messages > 0 || found.max_bytes > 0;
    let discards = bounded && found.discard != DiscardPolicy::New;
    misfits.unless(!discards, "discard", || {
        (
            format!("{:?}", found.discard),
            "New, since the stream is bounded",
        )
    });
    let of_a_subject = found.max_messages_per_subject;
    misfits.unless(of_a_subject <= 0, "max_msgs_per_subject", || {
        (of_a_subject.to_string(), "unbounded")
    });
    misfits.unless(found.max_age.is_zero(), "max_age", || {
        (format!("{:?}", found.max_age), "unbounded")
    });
}

/// An acknowledgement must mean at least what was asked for.
fn check_safety(found: &Config, options: &JetStreamOptions, misfits: &mut Misfits) {
    let replicas = found.num_replicas;
    misfits.unless(replicas >= options.replicas, "num_replicas", || {
        (
            replicas.to_string(),
            format!("{} or more", options.replicas),
        )
    });
    let kept = options.storage == Storage::Memory || found.storage == StorageType::File;
    misfits.unless(kept, "storage", || (format!("{:?}", found.storage), "File"));
    let synchronous = found.persist_mode != Some(PersistenceMode::Async);
    misfits.unless(synchronous, "persist_mode", || {
        (
            "Async",
            "Default: an acknowledgement must mean that it is stored",
        )
    });
}

/// Messages come from those who append, as they were sent.
fn check_origin(found: &Config, misfits: &mut Misfits) {
    let sources = found.sources.as_deref().unwrap_or_default();
    let origins = [
        ("mirror", found.mirror.is_none()),
        ("sources", sources.is_empty()),
        ("subject_transform", found.subject_transform.is_none()),
    ];
    for (setting, absent) in origins {
        misfits.unless(absent, setting, || ("there", "absent"));
    }
}

/// Each switch, what it is, and what it must be.
fn switches(found: &Config) -> [(&'static str, bool, bool); 8] {
    [
        ("allow_direct", found.allow_direct, true),
        ("deny_delete", found.deny_delete, true),
        ("deny_purge", found.deny_purge, true),
        ("allow_rollup_hdrs", found.allow_rollup, false),
        ("allow_msg_ttl", found.allow_message_ttl, false),
        ("allow_msg_counter", found.allow_message_counter, false),
        ("no_ack", found.no_ack, false),
        ("sealed", found.sealed, false),
    ]
}

#[cfg(test)]
mod tests {
    use async_nats::jetstream::stream::{Source, SubjectTransform};

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
        let misfits = misfits(&config, &names(), &options);
        misfits.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_stream_as_the_store_makes_it_is_fit() {
        assert_eq!(said(|_| ()), [""; 0]);
        assert_eq!(said(|config| config.num_replicas = 5), [""; 0]);
        assert_eq!(said(|config| config.max_bytes = 1 << 30), [""; 0]);
    }

    #[test]
    fn each_setting_that_loses_events_is_named() {
        type Change = fn(&mut Config);
        let changes: [(&str, Change); 19] = [
            ("subjects", |it| it.subjects = vec!["orders.>".to_owned()]),
            ("retention", |it| it.retention = RetentionPolicy::Interest),
            ("retention", |it| it.retention = RetentionPolicy::WorkQueue),
            ("max_msgs_per_subject", |it| it.max_messages_per_subject = 1),
            ("max_age", |it| it.max_age = Duration::from_mins(1)),
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
                "`deny_purge` is false and must be true"
            ]
        );
    }
}

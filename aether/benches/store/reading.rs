use std::pin::pin;

use aether::{ActorId, EventStore as _, EventStoreExt as _, Position, Version, wire};
use async_nats::jetstream::{
    consumer::{DeliverPolicy, push},
    stream::Stream,
};
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde_json::json;

use crate::{
    Failure, Outcome, appending,
    fixture::{Fixture, commit, fresh},
    rounds::{Bar, Rounds, resident},
};

pub(crate) async fn compare(rounds: &Rounds, fixture: &Fixture) -> Outcome {
    let stream = fixture
        .context
        .get_stream(fixture.store.stream_name())
        .await?;
    let (ten, thousand, many) = (
        "load of 10 messages",
        "load of 1,000 messages",
        "load of 100,000 messages",
    );
    let loads = [(ten, 10, 100), (thousand, 1_000, 4), (many, 100_000, 1)];
    for (what, length, times) in loads {
        if rounds.wants(what) {
            let actor = history(fixture, rounds.scaled(length)).await?;
            load(rounds, fixture, &stream, what, (&actor, length, times)).await?;
            if length > 100 {
                load_decoded(rounds, fixture, &stream, (&actor, length, times)).await?;
            }
        }
    }
    version(rounds, fixture, &stream).await?;
    catch_up(rounds, fixture, &stream).await
}

/// The same as above with other servers.
pub(crate) async fn load_of_1000(
    rounds: &Rounds,
    fixture: &Fixture,
    what: &'static str,
) -> Outcome {
    if !rounds.wants(what) {
        return Ok(());
    }
    let stream = fixture.context.get_stream(fixture.store.stream_name());
    let (stream, length) = (stream.await?, 1_000);
    let actor = history(fixture, rounds.scaled(length)).await?;
    load(rounds, fixture, &stream, what, (&actor, length, 4)).await
}

/// An actor with so many messages.
async fn history(fixture: &Fixture, length: u64) -> Result<ActorId, Failure> {
    let actor = fresh();
    for after in 0..length {
        fixture.store.append(commit(&actor, after, 1)).await?;
    }
    Ok(actor)
}

/// The whole history, decoded, against its messages as they are: by a batched direct get if it is
/// short, else by an ordered consumer.
async fn load(
    rounds: &Rounds,
    fixture: &Fixture,
    stream: &Stream,
    what: &'static str,
    (actor, length, times): (&ActorId, u64, u64),
) -> Outcome {
    let subject = fixture.store.subject(actor);
    let ours = async |()| {
        for _ in 0..times {
            let events = fixture.store.events(actor, Version::NONE).await?;
            check(events.len(), rounds.scaled(length))?;
        }
        Outcome::Ok(())
    };
    let raw = async |()| {
        for _ in 0..times {
            let found = if length < 100 {
                direct(fixture, &subject).await?
            } else {
                consume(fixture, stream, (&subject, 0), |_| Ok(())).await?
            };
            check(found, rounds.scaled(length))?;
        }
        Outcome::Ok(())
    };
    let bar = Bar { what, ratio: 0.85 };
    rounds
        .compare(&bar, times, (|| (), ours), (|| (), raw))
        .await
}

/// The same, against messages that are decoded as well.
async fn load_decoded(
    rounds: &Rounds,
    fixture: &Fixture,
    stream: &Stream,
    (actor, length, times): (&ActorId, u64, u64),
) -> Outcome {
    let subject = fixture.store.subject(actor);
    let ours = async |()| {
        for _ in 0..times {
            let events = fixture.store.events(actor, Version::NONE).await?;
            check(events.len(), rounds.scaled(length))?;
        }
        Outcome::Ok(())
    };
    let raw = async |()| {
        for _ in 0..times {
            let mut events = Vec::new();
            let decode = |body: &Bytes| {
                events.extend(wire::decode(body)?.events);
                Outcome::Ok(())
            };
            consume(fixture, stream, (&subject, 0), decode).await?;
            check(events.len(), rounds.scaled(length))?;
        }
        Outcome::Ok(())
    };
    let what = if length > 1_000 {
        "load of 100,000 messages, both decoded"
    } else {
        "load of 1,000 messages, both decoded"
    };
    let bar = Bar { what, ratio: 0.85 };
    rounds
        .compare(&bar, times, (|| (), ours), (|| (), raw))
        .await
}

fn check(found: usize, wanted: u64) -> Outcome {
    if found as u64 == wanted {
        return Ok(());
    }
    Err(format!("{found} were read of {wanted}").into())
}

/// Reads a subject by one batched direct get.
async fn direct(fixture: &Fixture, subject: &str) -> Result<usize, Failure> {
    let inbox = fixture.client.new_inbox();
    let mut replies = fixture.client.subscribe(inbox.clone()).await?;
    let question = json!({ "seq": 1, "next_by_subj": subject, "batch": 1_024 });
    let to = format!("$JS.API.DIRECT.GET.{}", fixture.store.stream_name());
    let question = Bytes::from(serde_json::to_vec(&question)?);
    fixture
        .client
        .publish_with_reply(to, inbox, question)
        .await?;
    let mut found = 0;
    while let Some(reply) = replies.next().await {
        if reply.status.is_some() {
            break;
        }
        found += 1;
    }
    Ok(found)
}

/// Reads a subject by an ordered consumer, from a sequence on, to its end.
async fn consume(
    fixture: &Fixture,
    stream: &Stream,
    (subject, after): (&str, u64),
    mut take: impl FnMut(&Bytes) -> Outcome,
) -> Result<usize, Failure> {
    let config = push::OrderedConfig {
        deliver_subject: fixture.client.new_inbox(),
        filter_subject: subject.to_owned(),
        deliver_policy: DeliverPolicy::ByStartSequence {
            start_sequence: after + 1,
        },
        ..push::OrderedConfig::default()
    };
    let mut messages = stream.create_consumer(config).await?.messages().await?;
    let mut found = 0;
    while let Some(message) = messages.next().await {
        let message = message?;
        found += 1;
        take(&message.payload)?;
        if message.info()?.pending == 0 {
            break;
        }
    }
    Ok(found)
}

async fn version(rounds: &Rounds, fixture: &Fixture, stream: &Stream) -> Outcome {
    let actor = history(fixture, 10).await?;
    let subject = fixture.store.subject(&actor);
    let times = rounds.scaled(1_000);
    let ours = async |()| {
        for _ in 0..times {
            fixture.store.version(&actor).await?;
        }
        Outcome::Ok(())
    };
    let raw = async |()| {
        for _ in 0..times {
            stream.direct_get_last_for_subject(subject.as_str()).await?;
        }
        Outcome::Ok(())
    };
    let bar = Bar {
        what: "latest version, asked for",
        ratio: 0.90,
    };
    let (ours, raw) = ((|| (), ours), (|| (), raw));
    rounds.compare(&bar, times, ours, raw).await?;
    let times = rounds.scaled(100_000);
    rounds.alone("latest version, remembered", 200.0, times, || {
        for _ in 0..times {
            std::hint::black_box(fixture.store.remembered_version(&actor));
        }
    });
    Ok(())
}

/// Everything after a position, decoded, against the messages of an ordered consumer as they are.
async fn catch_up(rounds: &Rounds, fixture: &Fixture, stream: &Stream) -> Outcome {
    let rounds = &rounds.few();
    let (what, decoded, memory) = (
        "catch-up of the log, 1,000,000 messages",
        "catch-up of the log, 1,000,000 messages, both decoded",
        "catch-up of the log, 1,000,000 messages, memory",
    );
    if ![what, decoded, memory].iter().any(|it| rounds.wants(it)) {
        return Ok(());
    }
    let (width, length) = (250, rounds.scaled(4_000));
    let after = fixture.store.head().await?;
    appending::append_all(fixture, appending::lanes(width, length, 1)).await?;
    let wanted = width * length;
    if rounds.wants(memory) {
        let grown = growth(fixture, after, wanted).await? >> 20;
        let figure = format!("{grown} MiB more than after the first tenth, at most (bar 32 MiB)");
        rounds.state(memory, &figure);
    }
    let ours = async |()| {
        let log = fixture.store.follow(after);
        let mut log = pin!(log.take(usize::try_from(wanted)?));
        while let Some(recorded) = log.next().await {
            recorded?;
        }
        Outcome::Ok(())
    };
    let everything = ("aether.default.log.>", after.as_u64());
    let raw = async |()| {
        let found = consume(fixture, stream, everything, |_| Ok(())).await?;
        check(found, wanted)
    };
    let bar = Bar { what, ratio: 0.85 };
    let sides = ((|| (), ours), (|| (), raw));
    rounds.compare(&bar, wanted, sides.0, sides.1).await?;
    let raw = async |()| {
        let decode = |body: &Bytes| {
            std::hint::black_box(wire::decode(body)?);
            Outcome::Ok(())
        };
        let found = consume(fixture, stream, everything, decode).await?;
        check(found, wanted)
    };
    let what = decoded;
    let bar = Bar { what, ratio: 0.85 };
    let sides = ((|| (), ours), (|| (), raw));
    rounds.compare(&bar, wanted, sides.0, sides.1).await
}

/// How many bytes of memory the process has at most while it follows the log, more than after the
/// first tenth of it.
async fn growth(fixture: &Fixture, after: Position, wanted: u64) -> Result<u64, Failure> {
    let log = fixture.store.follow(after);
    let mut log = pin!(log.take(usize::try_from(wanted)?));
    let (mut seen, mut first, mut most) = (0, 0, 0);
    while let Some(recorded) = log.next().await {
        recorded?;
        seen += 1;
        if seen == wanted / 10 {
            first = resident();
        } else if seen % 1_000 == 0 {
            most = resident().max(most);
        }
    }
    Ok(most.saturating_sub(first))
}

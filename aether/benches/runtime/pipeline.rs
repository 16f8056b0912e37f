//! A policy and a projection follow a log on a server: each bell that was rung is noted by a command
//! of the policy, and both are counted by the projection. The raw client does the same messages with
//! two ordered consumers, one of which publishes and awaits the answer.

use std::{convert::Infallible, future::Future, pin::Pin, sync::atomic::Ordering};

use aether::{
    Commit, Event, EventStore as _, JetStreamOptions, Namespace, Version, prelude::*,
    runtime::Aether,
};
use async_nats::{
    Client,
    jetstream::{
        self,
        consumer::{DeliverPolicy, push},
        message::PublishMessage,
        stream::Stream,
    },
};
use futures_util::{StreamExt as _, future::try_join};

use crate::{Failure, Outcome, Rounds, letters, now, server::Servers};

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Rung {
    bell: u64,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Noted {
    bell: u64,
}

#[derive(Command, Serialize, Deserialize)]
struct Note {
    #[command(id)]
    page: u64,
    bell: u64,
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Rung))]
struct Bell {
    rung: u64,
}

#[derive(Command, Serialize, Deserialize)]
struct Ring {
    #[command(id)]
    bell: u64,
}

#[handlers]
impl Bell {
    #[handle]
    fn ring(&self, command: Ring) -> Result<Rung, Infallible> {
        Ok(Rung { bell: command.bell })
    }

    #[apply]
    fn rung(&mut self, event: &Rung) {
        self.rung += event.bell;
    }
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Noted))]
struct Page {
    noted: u64,
}

#[handlers]
impl Page {
    #[handle]
    fn note(&self, command: Note) -> Result<Noted, Infallible> {
        Ok(Noted { bell: command.bell })
    }

    #[apply]
    fn noted(&mut self, event: &Noted) {
        self.noted += event.bell;
    }
}

#[derive(Policy, Default)]
struct NoteWhenRung;

#[handlers]
impl NoteWhenRung {
    #[react]
    fn rung(&self, event: &Rung) -> Note {
        let (page, bell) = (event.bell % PAGES, event.bell);
        Note { page, bell }
    }
}

#[derive(Projection, Debug, Default)]
struct Totals {
    rung: u64,
    noted: u64,
}

#[handlers]
impl Totals {
    #[apply]
    fn rung(&mut self, _event: &Rung) {
        self.rung += 1;
    }

    #[apply]
    fn noted(&mut self, _event: &Noted) {
        self.noted += 1;
    }
}

bounded_context! {
    /// Notes which bells were rung.
    Belfry { aggregates: [Bell, Page], policies: [NoteWhenRung], projections: [Totals] }
}

/// How many actors the policy writes to.
const PAGES: u64 = 50;

pub(crate) async fn ours(number: u64) -> Outcome {
    let server = Servers::one().await?;
    let client = async_nats::connect(&server.url).await?;
    followed(client, 0, number).await?;
    Ok(())
}

pub(crate) async fn raw(number: u64) -> Outcome {
    let server = Servers::one().await?;
    let client = async_nats::connect(&server.url).await?;
    consumed(client, 0, number).await?;
    Ok(())
}

pub(crate) async fn run(rounds: &Rounds) -> Outcome {
    let server = Servers::one().await?;
    let each = rounds.scaled(2_000);
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    let mut sent = [0, 0];
    for round in 0..rounds.0 {
        let client = async_nats::connect(&server.url).await?;
        let statistics = client.statistics();
        ours.push(followed(client, round, each).await?);
        sent[0] += statistics.out_messages.load(Ordering::Relaxed);
        let client = async_nats::connect(&server.url).await?;
        let statistics = client.statistics();
        plain.push(consumed(client, round, each).await?);
        sent[1] += statistics.out_messages.load(Ordering::Relaxed);
    }
    let [ours_sent, plain_sent] = sent;
    rounds.tell(&format!(
        "messages to the server: {ours_sent} against {plain_sent} for {} events, each stored before",
        each * rounds.0 as u64
    ));
    let what =
        "policy and projection on a server, an event noted, against raw consumers and publishes";
    rounds.compare(what, each, &ours, &plain);
    Ok(())
}

/// Seconds until all bells are noted and counted.
async fn followed(client: Client, round: usize, each: u64) -> Result<f64, Failure> {
    let namespace: Namespace = format!("belfry{round}").parse()?;
    let options = JetStreamOptions::new().namespace(namespace);
    let store = options.open(client).await?;
    for bell in 1..=each {
        let rung = Event::new(
            format!("Bell.{bell}"),
            Version::FIRST,
            "Rung",
            &Rung { bell },
        )?;
        store.append(Commit::new([rung])?).await?;
    }
    let began = now();
    let aether = Aether::builder().store(store).context::<Belfry>();
    let aether = aether.start().await?;
    aether.settled().await?;
    let took = began.elapsed().as_secs_f64();
    let totals = aether.read::<Totals>().await?;
    if (totals.rung, totals.noted) != (each, each) {
        return Err(format!("{} rung, {} noted, of {each}", totals.rung, totals.noted).into());
    }
    drop(totals);
    aether.shutdown().await;
    Ok(took)
}

/// Seconds until as many messages are published because of others, and all are counted.
async fn consumed(client: Client, round: usize, each: u64) -> Result<f64, Failure> {
    let context = jetstream::new(client.clone());
    let name = format!("raw{round}");
    let config = jetstream::stream::Config {
        name: name.clone(),
        subjects: vec![format!("{name}.>")],
        ..Default::default()
    };
    let stream = context.create_stream(config).await?;
    for (letter, bell) in letters(each)?.into_iter().zip(1..) {
        let subject = format!("{name}.bell.{bell}");
        drop(context.send_publish(subject, letter).await?.await?);
    }
    let letters = letters(each)?;
    let began = now();
    let noting = note(&client, &stream, &name, letters);
    let counting = count(&client, &stream, 2 * each);
    let (noting, counting): (Work<'_>, Work<'_>) = (Box::pin(noting), Box::pin(counting));
    try_join(noting, counting).await?;
    Ok(began.elapsed().as_secs_f64())
}

type Work<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

async fn note(
    client: &Client,
    stream: &Stream,
    name: &str,
    letters: Vec<PublishMessage>,
) -> Outcome {
    let context = jetstream::new(client.clone());
    let mut messages = stream
        .create_consumer(ordered(client))
        .await?
        .messages()
        .await?;
    let mut last = vec![0; usize::try_from(PAGES)?];
    for letter in letters {
        let message = messages.next().await.ok_or("no more messages")??;
        let bell: u64 = message
            .subject
            .rsplit('.')
            .next()
            .ok_or("no bell")?
            .parse()?;
        let page = bell % PAGES;
        let last = &mut last[usize::try_from(page)?];
        let letter = letter.expected_last_subject_sequence(*last);
        let published = context.send_publish(format!("{name}.page.{page}"), letter);
        *last = published.await?.await?.sequence;
    }
    Ok(())
}

async fn count(client: &Client, stream: &Stream, wanted: u64) -> Outcome {
    let mut messages = stream
        .create_consumer(ordered(client))
        .await?
        .messages()
        .await?;
    for _ in 0..wanted {
        drop(messages.next().await.ok_or("no more messages")??);
    }
    Ok(())
}

fn ordered(client: &Client) -> push::OrderedConfig {
    push::OrderedConfig {
        deliver_subject: client.new_inbox(),
        deliver_policy: DeliverPolicy::All,
        ..push::OrderedConfig::default()
    }
}

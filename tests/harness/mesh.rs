use std::time::Duration;

use async_nats::{Client, Error, Subscriber};
use futures_util::StreamExt as _;
use tokio::time::{Instant, timeout};

/// How long servers have to find each other.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long one waits for what another one said before that is said again.
const PAUSE: Duration = Duration::from_millis(50);

/// Waits until each of some servers hands on what it is told to each other one.
pub(super) async fn is_whole(urls: &[String]) -> Result<(), String> {
    let subject = format!("mesh.{}", uuid::Uuid::now_v7().simple());
    let whole = async {
        let mut ends = Vec::new();
        for url in urls {
            ends.push(connect(url, &subject).await?);
        }
        let (speakers, mut listeners): (Vec<_>, Vec<_>) = ends.into_iter().unzip();
        for (index, speaker) in speakers.iter().enumerate() {
            for listener in &mut listeners {
                hand_on(speaker, listener, &subject, index).await?;
            }
        }
        Ok::<_, Error>(())
    };
    match timeout(PATIENCE, whole).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(err)) => Err(format!("the servers cannot be asked for each other: {err}")),
        Err(_) => Err(format!(
            "the servers have not found each other in {PATIENCE:?}"
        )),
    }
}

async fn connect(url: &str, subject: &str) -> Result<(Client, Subscriber), Error> {
    let client = async_nats::connect(url).await?;
    let listener = client.subscribe(subject.to_owned()).await?;
    client.flush().await?;
    Ok((client, listener))
}

/// Says a number until it is heard.
async fn hand_on(
    speaker: &Client,
    listener: &mut Subscriber,
    subject: &str,
    number: usize,
) -> Result<(), Error> {
    loop {
        speaker
            .publish(subject.to_owned(), number.to_string().into())
            .await?;
        let until = Instant::now() + PAUSE;
        while let Ok(Some(heard)) = tokio::time::timeout_at(until, listener.next()).await {
            if heard.payload == number.to_string() {
                return Ok(());
            }
        }
    }
}

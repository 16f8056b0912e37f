use std::{collections::HashSet, time::Duration};

use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

/// What a server says to whoever connects, before anything else.
#[derive(Deserialize)]
struct Info {
    server_id: String,
    /// Where it and the others that it knows of listen.
    #[serde(default)]
    connect_urls: Vec<String>,
}

/// The longest that it says then.
const LONGEST: u64 = 1 << 16;

/// Whether a server lives, which listens at one of these addresses, or at one that is told there:
/// what each says to whoever connects names it. A server that says nothing before it has a TLS
/// connection is not known by that, nor is one whose address nobody tells.
pub(super) async fn lives(addresses: Vec<String>, server: &str, patience: Duration) -> bool {
    timeout(patience, is_found(addresses, server))
        .await
        .unwrap_or(false)
}

async fn is_found(addresses: Vec<String>, server: &str) -> bool {
    let mut known = HashSet::new();
    let mut asked = JoinSet::new();
    let mut ask = |addresses: Vec<String>, asked: &mut JoinSet<_>| {
        for address in addresses {
            if known.insert(address.clone()) {
                asked.spawn(async move { info(&address).await });
            }
        }
    };
    ask(addresses, &mut asked);
    while let Some(said) = asked.join_next().await {
        let Ok(Some(info)) = said else { continue };
        if info.server_id == server {
            return true;
        }
        ask(info.connect_urls, &mut asked);
    }
    false
}

/// What the server says that listens at an address.
async fn info(address: &str) -> Option<Info> {
    let stream = TcpStream::connect(address).await.ok()?;
    let mut line = String::new();
    let mut said = BufReader::new(stream).take(LONGEST);
    said.read_line(&mut line).await.ok()?;
    serde_json::from_str(line.strip_prefix("INFO ")?).ok()
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncWriteExt as _, net::TcpListener};

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(300);

    /// Whoever connects is told this.
    async fn says(text: impl Into<String>, tasks: &mut JoinSet<()>) -> String {
        let text = text.into();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tasks.spawn(async move {
            let mut all = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                stream.write_all(text.as_bytes()).await.unwrap();
                all.push(stream);
            }
        });
        address
    }

    #[tokio::test]
    async fn a_server_lives_that_is_named_by_what_is_said_at_one_of_the_addresses() {
        let mut tasks = JoinSet::new();
        let mut addresses = vec!["127.0.0.1:1".to_owned(), "nowhere".to_owned()];
        for text in [
            "",
            "INFO nonsense\r\n",
            "INFO {\"server_id\":\"S1\",\"port\":1}\r\n",
            "INFO {\"server_id\":\"S2\"} \r\n",
        ] {
            addresses.push(says(text, &mut tasks).await);
        }
        assert!(lives(addresses.clone(), "S1", PATIENCE).await);
        assert!(lives(addresses.clone(), "S2", PATIENCE).await);
        assert!(!lives(addresses, "S3", PATIENCE).await);
        assert!(!lives(Vec::new(), "S1", PATIENCE).await);
    }

    #[tokio::test]
    async fn a_server_is_asked_for_at_the_addresses_that_another_one_tells() {
        let mut tasks = JoinSet::new();
        let third = says("INFO {\"server_id\":\"S3\"}\r\n", &mut tasks).await;
        let tells = |name, others: &[&str]| {
            let others = serde_json::json!({ "server_id": name, "connect_urls": others });
            format!("INFO {others}\r\n")
        };
        let second = says(tells("S2", &["127.0.0.1:1", &third]), &mut tasks).await;
        let first = says(tells("S1", &[&second, &second]), &mut tasks).await;
        assert!(lives(vec![first.clone()], "S3", PATIENCE).await);
        assert!(!lives(vec![first], "S4", PATIENCE).await);
    }
}

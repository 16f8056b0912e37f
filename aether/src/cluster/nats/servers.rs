use std::time::Duration;

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
}

/// The longest that it says then.
const LONGEST: u64 = 1 << 16;

/// Whether a server lives, which listens at one of these addresses: what each says to whoever
/// connects names it. A server that says nothing before it has a TLS connection is not known by
/// that, nor is one whose address the others do not tell.
pub(super) async fn lives(addresses: Vec<String>, server: &str, patience: Duration) -> bool {
    let mut asked = JoinSet::new();
    for address in addresses {
        asked.spawn(async move { timeout(patience, name(&address)).await.ok().flatten() });
    }
    while let Some(named) = asked.join_next().await {
        if named.is_ok_and(|named| named.as_deref() == Some(server)) {
            return true;
        }
    }
    false
}

/// Which server listens at an address.
async fn name(address: &str) -> Option<String> {
    let stream = TcpStream::connect(address).await.ok()?;
    let mut line = String::new();
    let mut said = BufReader::new(stream).take(LONGEST);
    said.read_line(&mut line).await.ok()?;
    let info: Info = serde_json::from_str(line.strip_prefix("INFO ")?).ok()?;
    Some(info.server_id)
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncWriteExt as _, net::TcpListener};

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(300);

    /// Whoever connects is told this.
    async fn says(text: &'static str, tasks: &mut JoinSet<()>) -> String {
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
}

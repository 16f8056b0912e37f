use super::{NatsServer, Proxy, cluster::free_ports};

/// Two nats-servers of a cluster that have not found each other yet.
#[derive(Debug)]
pub struct Apart {
    servers: [NatsServer; 2],
    between: Proxy,
}

impl Apart {
    /// As for a cluster: another process may take the port first.
    const TRIES: usize = 5;

    /// Starts two servers that do not hear each other.
    pub async fn start() -> Self {
        let mut reason = String::new();
        for _ in 0..Self::TRIES {
            match Self::try_start().await {
                Ok(apart) => return apart,
                Err(err) if err.contains("address already in use") => reason = err,
                Err(err) => panic!("{err}"),
            }
        }
        panic!("no free port for a cluster: {reason}");
    }

    async fn try_start() -> Result<Self, String> {
        let ports = free_ports(1).map_err(|err| format!("no free port: {err}"))?;
        let port = ports.first().copied().unwrap_or_default();
        let listening = format!("cluster {{ name: apart, listen: \"127.0.0.1:{port}\" }}");
        let listening = NatsServer::try_with(&listening, NatsServer::READY).await?;
        let between = Proxy::of(&format!("nats://127.0.0.1:{port}")).await;
        between.mute();
        let route = between.url().replace("nats://", "nats-route://");
        let seeking =
            format!("cluster {{ name: apart, listen: \"127.0.0.1:-1\", routes: [\"{route}\"] }}");
        let seeking = NatsServer::try_with(&seeking, NatsServer::READY).await?;
        Ok(Self {
            servers: [listening, seeking],
            between,
        })
    }

    /// Where its servers listen for clients.
    pub fn urls(&self) -> [String; 2] {
        self.servers.each_ref().map(NatsServer::url)
    }

    /// Lets the servers hear each other; they find each other within seconds.
    pub fn join(&self) {
        self.between.cut();
    }
}

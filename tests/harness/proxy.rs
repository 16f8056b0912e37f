use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{self, AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp},
    select,
    sync::watch,
    task::JoinSet,
    time::sleep,
};

/// Stands between a client and a server, and can swallow what the server says, hold up what both
/// say, and cut them off.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: watch::Sender<State>,
    _tasks: JoinSet<()>,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    muted: bool,
    /// Whether nothing passes for now.
    held: bool,
    /// For how long what is said is held up.
    delay: Duration,
    /// How often all connections have been cut.
    cuts: u32,
    /// How much servers may still say, in pieces as they come; no limit if there is none.
    pieces: Option<usize>,
}

impl Proxy {
    /// Listens for clients of the server at a URL.
    pub async fn of(url: &str) -> Self {
        let server = url.trim_start_matches("nats://").to_owned();
        let (listener, address) = match listen().await {
            Ok(listening) => listening,
            Err(err) => panic!("a proxy cannot listen: {err}"),
        };
        let state = watch::Sender::default();
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, server, state.clone()));
        Self {
            address,
            state,
            _tasks: tasks,
        }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// Swallows what the server says from now on, while the client goes on to be heard.
    pub fn mute(&self) {
        self.state.send_modify(|state| state.muted = true);
    }

    /// Swallows what the server says after so many pieces from now on.
    pub fn mute_after(&self, pieces: usize) {
        self.state.send_modify(|state| state.pieces = Some(pieces));
    }

    /// Holds up what each side says, from now on.
    pub fn delay(&self, delay: Duration) {
        self.state.send_modify(|state| state.delay = delay);
    }

    /// Lets nothing pass from now on, or lets all of it go on, in order.
    pub fn hold(&self, held: bool) {
        self.state.send_modify(|state| state.held = held);
    }

    /// Cuts all connections; those made later are whole.
    pub fn cut(&self) {
        self.state.send_modify(|state| {
            (state.muted, state.held) = (false, false);
            state.pieces = None;
            state.cuts += 1;
        });
    }
}

async fn listen() -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

async fn accept(listener: TcpListener, server: String, state: watch::Sender<State>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(serve(client, server.clone(), state.clone()));
    }
}

async fn serve(client: TcpStream, server: String, state: watch::Sender<State>) {
    // A server that is gone is a connection that ends.
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let mut watched = state.subscribe();
    let cuts = watched.borrow_and_update().cuts;
    let (server, client) = (server.into_split(), client.into_split());
    // What was said before a cut is not heard after it, however late it comes here.
    let is_whole = || state.borrow().cuts == cuts;
    let may_hear = || {
        let mut heard = false;
        state.send_modify(|state| heard = state.cuts == cuts && state.may_hear());
        heard
    };
    select! {
        _ended = pass(client.0, server.1, watched.clone(), is_whole) => {}
        _ended = pass(server.0, client.1, watched.clone(), may_hear) => {}
        _cut = watched.wait_for(|state| state.cuts > cuts) => {}
    }
}

impl State {
    /// Whether one more piece of what a server says is heard.
    const fn may_hear(&mut self) -> bool {
        if let Some(pieces) = &mut self.pieces {
            self.muted |= *pieces == 0;
            *pieces = pieces.saturating_sub(1);
        }
        !self.muted
    }
}

/// Passes on what one side says, as far as the other one may hear it.
async fn pass(
    mut from: tcp::OwnedReadHalf,
    mut to: tcp::OwnedWriteHalf,
    mut state: watch::Receiver<State>,
    mut may_hear: impl FnMut() -> bool,
) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        let delay = state.borrow().delay;
        if !delay.is_zero() {
            sleep(delay).await;
        }
        // The sender goes with the proxy, and then nothing passes any more.
        if state.wait_for(|state| !state.held).await.is_err() {
            return Ok(());
        }
        let heard = may_hear();
        if let (true, Some(said)) = (heard, buffer.get(..length)) {
            to.write_all(said).await?;
        }
    }
}

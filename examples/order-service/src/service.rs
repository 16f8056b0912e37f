use std::sync::Arc;

use aether::{
    domain::Projection,
    runtime::{Aether, ReadModel},
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{Method, Uri},
    middleware,
    routing::{get, post, put},
};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::{sync::Semaphore, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    board::LiveBoard, command::PATIENCE, events, goods, health, metrics, orders, page,
    problem::Problem, trace,
};

/// The shop behind HTTP.
///
/// Cloning is cheap: clones share everything.
#[derive(Debug, Clone)]
pub struct Service {
    pub(crate) aether: Aether,
    pub(crate) board: Arc<LiveBoard>,
    /// Who follows the events; each has a reader of the log.
    pub(crate) followers: Arc<Semaphore>,
    pub(crate) stop: CancellationToken,
    /// What is measured, if anything is.
    pub(crate) metrics: Option<PrometheusHandle>,
    tasks: TaskTracker,
}

impl Service {
    /// How many may follow the events at once.
    const FOLLOWERS: usize = 256;
    /// The largest body that is taken, in bytes.
    const BODY: usize = 64 << 10;

    /// Puts it before a shop, and begins to count what is in the log.
    pub fn new(aether: Aether) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let board = Arc::new(LiveBoard::new());
        let counting = Arc::clone(&board).count(aether.store().clone(), stop.clone());
        tasks.spawn(counting);
        Self {
            board,
            aether,
            followers: Arc::new(Semaphore::new(Self::FOLLOWERS)),
            stop,
            metrics: None,
            tasks,
        }
    }

    /// Shows what is [measured](metrics::install).
    #[must_use]
    pub fn measured(mut self, metrics: PrometheusHandle) -> Self {
        let upkeep = metrics::upkeep(metrics.clone(), self.stop.clone());
        self.tasks.spawn(upkeep);
        self.metrics = Some(metrics);
        self
    }

    /// The routes.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(page::html))
            .route("/page.css", get(page::css))
            .route("/page.js", get(page::js))
            .route("/orders", get(orders::list).post(orders::place))
            .route("/orders/{order}", get(orders::one))
            .route("/orders/{order}/cancel", post(orders::cancel))
            .route("/orders/{order}/dispatch", post(goods::dispatch))
            .route("/articles", get(goods::articles))
            .route("/articles/{article}", put(goods::offer))
            .route("/warehouses/{warehouse}/deliveries", post(goods::receive))
            .route("/events", get(events::follow))
            .route("/board.svg", get(super::board::svg))
            .route("/health", get(health::health))
            .route("/ready", get(health::ready))
            .route("/metrics", get(metrics::text))
            .fallback(nowhere)
            .method_not_allowed_fallback(not_so)
            .layer(DefaultBodyLimit::max(Self::BODY))
            .layer(middleware::from_fn(trace::traced))
            .with_state(self.clone())
    }

    /// The shop.
    pub const fn aether(&self) -> &Aether {
        &self.aether
    }

    /// Reads a projection that has applied all that is in the log.
    pub(crate) async fn read<P: Projection>(&self) -> Result<ReadModel<P>, Problem> {
        match timeout(PATIENCE, self.aether.read::<P>()).await {
            Ok(model) => model.map_err(|err| Problem::of_read(&err)),
            Err(_elapsed) => Err(Problem::late("what is known of the log is behind it")),
        }
    }

    /// Begins to end: it is not ready any more, and those who follow the events are let go of.
    /// Requests under way go on.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits until it has begun to end.
    pub fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        self.stop.clone().cancelled_owned()
    }

    /// Ends the shop, once the requests under way are answered.
    pub async fn close(&self) {
        self.stop();
        self.tasks.close();
        self.tasks.wait().await;
        self.aether.shutdown().await;
    }
}

async fn nowhere(uri: Uri) -> Problem {
    Problem::unknown(format!("there is nothing at {}", uri.path()))
}

async fn not_so(method: Method, uri: Uri) -> Problem {
    Problem::method(format!("{} does not take {method}", uri.path()))
}

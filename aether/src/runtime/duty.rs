use std::sync::Arc;

use super::{engine::Engine, status::FollowerKind};

/// Whether it is for this process to do the work of a follower: where actors are spread over
/// many processes, one does it, the one that would have an actor of that name.
///
/// Two may do it at once for a moment, while it goes from one to the other. That costs time and
/// nothing else: whatever a follower does has its effect once.
#[derive(Clone)]
pub(super) struct Duty {
    engine: Arc<Engine>,
    name: String,
}

/// The type that the actor would be of.
const FOLLOWER: &str = "aether.follower";

impl Duty {
    /// The duty of the followers of a kind and a name.
    pub(super) fn of(engine: &Arc<Engine>, kind: FollowerKind, name: &str) -> Self {
        Self {
            engine: Arc::clone(engine),
            name: format!("{kind}/{name}"),
        }
    }

    pub(super) fn is_ours(&self) -> bool {
        let placement = self.engine.placement.get();
        placement.is_none_or(|it| it.here(FOLLOWER, &self.name).is_some())
    }

    /// Waits until the work is for this process.
    pub(super) async fn begins(&self) {
        self.becomes(true).await;
    }

    /// Waits until the work is for another process.
    pub(super) async fn ends(&self) {
        self.becomes(false).await;
    }

    async fn becomes(&self, ours: bool) {
        let mut moves = self.engine.moves.subscribe();
        while self.is_ours() != ours {
            if moves.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

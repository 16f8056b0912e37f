use tokio::time::Instant;

use super::Engine;
use crate::{
    Recorded,
    runtime::{
        actors::{Live, Turn},
        command_error::CommandError,
        envelope::Known,
        route::Order,
        snapshots::{Loaded, Refreshed, Wanted},
    },
};

/// Whether the history of an actor was searched for a command when its state was made.
pub(super) enum Awake {
    /// It was not.
    Unsearched,
    /// It was, and it is not there.
    Searched,
    /// It was, and it is there.
    Found(Recorded),
}

impl Engine {
    /// Sees to it that the turn has a state that was the present one just now.
    pub(super) async fn awaken(
        &self,
        order: &Order<'_>,
        turn: &mut Turn,
    ) -> Result<Awake, CommandError> {
        let envelope = order.envelope;
        let begun = Instant::now();
        // If this is given up, or fails, what was in memory is gone.
        if let Some(mut live) = turn.live.take() {
            self.meters.stale.increment(1);
            let Live { fold, start, .. } = &mut *live;
            let actor_id = &turn.actor_id;
            let refreshed = self
                .snapshotter
                .refresh(actor_id, fold, start, envelope.id)
                .await;
            let refreshed = refreshed.map_err(CommandError::unloaded)?;
            self.meters.load_duration.record(begun.elapsed());
            match refreshed {
                Refreshed::Present => {
                    live.start.is_stale = false;
                    turn.live = Some(live);
                    return Ok(Awake::Unsearched);
                }
                Refreshed::Found(recorded) => return Ok(Awake::Found(recorded)),
                Refreshed::Lost => {}
            }
        }
        self.meters.misses.increment(1);
        let mut live = order.routed.route.begin();
        let wanted = match envelope.known {
            Known::Given => Wanted::Anywhere(envelope.id),
            // What comes again after a crash was stored of late.
            Known::Asked(..) | Known::Marked(_) => Wanted::Near(envelope.id),
            Known::Fresh => Wanted::State,
        };
        let (actor_id, fold) = (&turn.actor_id, &mut live.fold);
        let loaded = self.snapshotter.load(actor_id, fold, wanted).await;
        self.meters.load_duration.record(begun.elapsed());
        match loaded.map_err(CommandError::unloaded)? {
            Loaded::Ready(start, near) => {
                live.start = start;
                turn.live = Some(live);
                Ok(match (near, wanted) {
                    (Some(recorded), _) => Awake::Found(recorded),
                    (None, Wanted::Anywhere(_)) => Awake::Searched,
                    (None, Wanted::State | Wanted::Near(_)) => Awake::Unsearched,
                })
            }
            Loaded::Found(recorded) => Ok(Awake::Found(recorded)),
        }
    }
}

use super::Engine;
use crate::{
    ActorId, ActorSnapshot, SnapshotStore as _,
    runtime::{
        command_error::CommandError,
        snapshots::{Loaded, Wanted},
    },
};

impl Engine {
    /// The state of an actor that is in memory, for the process that is to have it; none, if it is
    /// in use, or is not kept, or the store wants it to be read.
    pub(in crate::runtime) fn hand_over(&self, actor_id: &ActorId) -> Option<ActorSnapshot> {
        let turn = self.actors.at_rest(actor_id)?;
        let live = turn.live.as_ref().filter(|live| !live.start.is_stale)?;
        let last_commit = live.start.last_commit(live.fold.version())?;
        let snapshot = live.fold.snapshot(actor_id, last_commit, self.clock.now());
        let sessions = live.start.sessions().clone();
        let snapshot = ActorSnapshot {
            sessions,
            ..snapshot.ok()??
        };
        self.store.admit_snapshot(&snapshot).then_some(snapshot)
    }

    /// Reads an actor that is to come here as the tenure of this number begins, unless it is in use:
    /// from the state that the process names which had it, if it does. What is read counts from then
    /// on: whatever is stored after it makes the store refuse what is decided on it, and nothing is
    /// refused without another look.
    pub(in crate::runtime) async fn warm(
        &self,
        actor_id: &ActorId,
        snapshot: Option<ActorSnapshot>,
        tenure: u64,
    ) -> Result<(), CommandError> {
        let Some(routed) = self.routes.of_actors(actor_id.actor_type()) else {
            return Ok(());
        };
        let Some(mut turn) = self.actors.enter_if_free(actor_id) else {
            return Ok(());
        };
        turn.keeps = routed.keeps;
        turn.live = None;
        let mut live = routed.route.begin();
        let (snapshotter, fold) = (&self.snapshotter, &mut live.fold);
        let loaded = match snapshot {
            Some(snapshot) => snapshotter.load_from(actor_id, fold, snapshot).await,
            None => snapshotter.load(actor_id, fold, Wanted::State).await,
        };
        if let Loaded::Ready(start, _) = loaded.map_err(CommandError::unloaded)? {
            live.start = start;
            turn.expect(tenure);
            turn.live = Some(live);
        }
        Ok(())
    }
}

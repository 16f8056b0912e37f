use std::sync::Arc;

use super::{ProjectionStore, beside::Beside, following};
use crate::{
    Position,
    domain::{Shape, SnapshotSchema},
    runtime::{
        meters::FollowerMeters,
        projections::{Live, following::Following, rebuilder::Rebuilder},
        registry::Launch,
    },
};

/// What keeps a projection elsewhere, before it runs.
pub(in crate::runtime) struct Elsewhere<S: ProjectionStore> {
    pub(in crate::runtime) to: S,
    pub(in crate::runtime) live: Arc<Live<S::Projection>>,
}

impl<S: ProjectionStore> Elsewhere<S> {
    /// Follows the log from now on, and does what is ordered.
    pub(in crate::runtime) fn launch(self, launch: Launch<'_>) {
        let Launch {
            engine,
            tasks,
            status,
            saving,
            ..
        } = launch;
        let schema = SnapshotSchema::of_changes::<S::Projection>(S::VERSION, &Shape::default());
        let (to, control) = (Arc::new(self.to), Arc::clone(&self.live.control));
        let meters = FollowerMeters::of(&status.borrow());
        let status = Arc::new(status);
        self.live.follows(&status);
        let rebuilder = Rebuilder {
            beside: Beside {
                to: Arc::clone(&to),
                store: engine.store.clone(),
                control: Arc::clone(&control),
                schema: schema.hash(),
            },
            control: Arc::clone(&control),
            store: Some(engine.store.clone()),
        };
        let following = Following {
            target: following::Elsewhere {
                to,
                store: engine.store.clone(),
                clock: Arc::clone(&engine.clock),
                control: Arc::clone(&control),
                schema: schema.hash(),
                saving,
                at: None,
                begun: Position::START,
                noted: None,
                since: None,
            },
            store: engine.store.clone(),
            log: engine.log.clone(),
            status,
            control,
            meters,
        };
        tasks.spawn(following.run(tasks.stop()));
        tasks.spawn(rebuilder.run(tasks.stop()));
    }
}

use std::{any::Any, sync::Arc};

use super::{
    Control, Keeping, Saving,
    beside::Beside,
    following::Following,
    keeper::Keeper,
    live::{Inline, Live},
    projector::Projector,
    rebuilder::Rebuilder,
};
use crate::{
    domain::{Handlers, Projection},
    runtime::{meters::FollowerMeters, registry::Launch},
};

/// A projection that a runtime keeps.
pub(in crate::runtime) struct Entry {
    /// A `Live` of it.
    pub(in crate::runtime) live: Arc<dyn Any + Send + Sync>,
    /// Its place among the followers.
    pub(in crate::runtime) follower: usize,
    pub(in crate::runtime) control: Arc<Control>,
    /// What commands do to it, if it is inline.
    pub(in crate::runtime) inline: Option<Arc<dyn Inline>>,
}

impl Entry {
    pub(in crate::runtime) fn new<P: Projection + Handlers>(
        live: &Arc<Live<P>>,
        follower: usize,
    ) -> Self {
        let inline = P::INLINE.then(|| Arc::<Live<P>>::clone(live) as Arc<dyn Inline>);
        Self {
            live: Arc::<Live<P>>::clone(live),
            follower,
            control: Arc::clone(&live.control),
            inline,
        }
    }

    /// Whether it is kept, so that orders to it are as well.
    pub(in crate::runtime) fn is_kept(&self) -> bool {
        matches!(
            &*self.control.keeping(),
            Keeping::State { .. } | Keeping::Elsewhere
        )
    }

    /// From now on it lies elsewhere.
    pub(in crate::runtime) fn lies_elsewhere(&mut self) {
        self.live = Arc::new(());
        *self.control.keeping() = Keeping::Elsewhere;
    }
}

impl<P: Projection + Handlers> Live<P> {
    /// A projection of which nothing is known yet.
    pub(in crate::runtime) fn unopened() -> Arc<Self> {
        let keeping = match P::SNAPSHOTS.map(|codec| codec.schema()) {
            None => Keeping::Nothing,
            Some(schema) if schema.unseen().is_empty() => Keeping::NEW,
            Some(schema) => Keeping::Unseen(schema.unseen().to_vec()),
        };
        let name = P::META.name.as_str();
        if let Keeping::Unseen(places) = &keeping {
            let text = "not kept: the state cannot be looked into";
            tracing::warn!(projection = name, ?places, "{text}");
        }
        Arc::new(Self::new(Arc::new(Control::new(name, keeping))))
    }

    /// Follows the log from now on, and does what is ordered.
    pub(in crate::runtime) fn launch(self: Arc<Self>, launch: Launch<'_>, saving: Saving) {
        let Launch {
            engine,
            tasks,
            status,
            ..
        } = launch;
        let is_kept = matches!(&*self.control.keeping(), Keeping::State { .. });
        let keeper = || {
            let codec = P::SNAPSHOTS.filter(|_| is_kept)?;
            let outside = (engine.store.clone(), Arc::clone(&engine.clock));
            let control = Arc::clone(&self.control);
            Some(Keeper::new(outside, control, codec, saving))
        };
        let meters = FollowerMeters::of(&status.borrow());
        let status = Arc::new(status);
        self.follows(&status);
        let rebuilder = Rebuilder {
            beside: Beside {
                live: Arc::clone(&self),
                store: engine.store.clone(),
                keeper: keeper(),
            },
            control: Arc::clone(&self.control),
            store: is_kept.then(|| engine.store.clone()),
        };
        let following = Following {
            target: Projector {
                live: Arc::clone(&self),
                store: engine.store.clone(),
                keeper: keeper(),
                is_spent: true,
            },
            store: engine.store.clone(),
            log: engine.log.clone(),
            status,
            control: Arc::clone(&self.control),
            meters,
        };
        tasks.spawn(following.run(tasks.stop()));
        tasks.spawn(rebuilder.run(tasks.stop()));
    }
}

use crate::{
    Position, Recorded,
    domain::{Handlers, Projection},
    runtime::projections::fold::{Fold, Stuck},
};

/// What some commits change.
pub(super) struct Changes<P> {
    pub(super) made: P,
    /// The place up to which the commits are in it.
    pub(super) position: Position,
    /// Why the next one is not.
    pub(super) stuck: Option<Stuck>,
}

impl<P: Projection + Handlers> Changes<P> {
    /// What commits after a position change, of a projection that was begun where the log ended
    /// at `begun`.
    pub(super) fn of(commits: &[Recorded], after: Position, begun: Position) -> Self {
        let mut fold = Fold::<P>::changing(after, begun);
        let stuck = fold.apply_all(commits).err();
        if matches!(stuck, Some(Stuck::Broken(_))) {
            // The one that it is stuck at may have left something.
            let whole = commits.partition_point(|it| it.position <= fold.position);
            fold = Fold::changing(after, begun);
            // They were applied before.
            fold.apply_all(commits.get(..whole).unwrap_or_default())
                .ok();
        }
        Self {
            made: fold.state,
            position: fold.position,
            stuck,
        }
    }
}

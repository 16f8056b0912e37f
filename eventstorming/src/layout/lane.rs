//! Which context stands above which.

use std::collections::BTreeSet;

use super::order::best_order;

/// What one band asks of the lanes.
#[derive(Debug, Default)]
pub(super) struct LaneUse {
    /// The lanes it shows.
    pub(super) visible: BTreeSet<usize>,
    /// The lanes that its edges lead between.
    pub(super) links: Vec<(usize, usize)>,
}

/// The lanes from top to bottom: as few as can be crossed by edges, else as declared.
pub(super) fn lane_order(lanes: usize, bands: &[LaneUse]) -> Vec<usize> {
    best_order(lanes, |above, next| {
        let above = |lane: usize| above.get(lane) == Some(&true);
        let crossed = bands
            .iter()
            .filter(|band| band.visible.contains(&next))
            .map(|band| {
                let links = band.links.iter().filter(|(a, b)| *a != next && *b != next);
                links.filter(|(a, b)| above(*a) != above(*b)).count()
            });
        let swapped = (next + 1..lanes).filter(|lane| above(*lane)).count();
        u64::try_from(crossed.sum::<usize>() + swapped).unwrap_or(u64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_that_are_linked_stand_together() {
        let visible = (0..3).collect();
        let links = vec![(0, 2), (0, 2), (0, 2)];
        assert_eq!(lane_order(3, &[LaneUse { visible, links }]), [0, 2, 1]);
    }

    #[test]
    fn a_lane_that_a_band_does_not_show_is_not_crossed() {
        let visible = [0, 2].into();
        let links = vec![(0, 2), (0, 2), (0, 2)];
        assert_eq!(lane_order(3, &[LaneUse { visible, links }]), [0, 1, 2]);
    }
}

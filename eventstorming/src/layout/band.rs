//! Folding the time line into bands, like music into staves.

use std::ops::Range;

/// The columns of each band: as few bands as can be, cut after a pivotal event where possible,
/// and of even length.
pub(super) fn fold(pivotal: &[bool], most: usize) -> Vec<Range<usize>> {
    let length = pivotal.len();
    let mut best: Vec<Option<Cut>> = vec![Some(Cut::default())];
    for end in 1..=length {
        let starts = end.saturating_sub(most.max(1))..end;
        let cuts = starts.filter_map(|start| {
            let before = best.get(start).copied().flatten()?;
            Some(before.then(start..end, pivotal))
        });
        best.push(cuts.min_by_key(|cut| (cut.bands, cut.unmarked, cut.unevenness)));
    }
    let mut bands = Vec::new();
    let mut end = length;
    while let (1.., Some(Some(cut))) = (end, best.get(end)) {
        bands.push(cut.start..end);
        end = cut.start;
    }
    bands.reverse();
    bands
}

/// The best way to fold what lies before some column.
#[derive(Debug, Clone, Copy, Default)]
struct Cut {
    /// Where its last band starts.
    start: usize,
    bands: usize,
    /// Cuts that do not follow a pivotal event.
    unmarked: usize,
    unevenness: usize,
}

impl Cut {
    fn then(self, band: Range<usize>, pivotal: &[bool]) -> Self {
        let marked = band.end == pivotal.len() || pivotal.get(band.end - 1) == Some(&true);
        Self {
            start: band.start,
            bands: self.bands + 1,
            unmarked: self.unmarked + usize::from(!marked),
            unevenness: self.unevenness + band.len().pow(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pivotal_after: &[usize], length: usize, most: usize, expected: &[Range<usize>]) {
        let pivotal: Vec<bool> = (0..length)
            .map(|column| pivotal_after.contains(&column))
            .collect();
        assert_eq!(fold(&pivotal, most), expected);
    }

    #[test]
    fn what_fits_is_one_band() {
        check(&[0, 2], 5, 5, std::slice::from_ref(&(0..5)));
        check(&[], 0, 5, &[]);
    }

    #[test]
    fn the_cut_follows_a_pivotal_event() {
        check(&[0, 4], 9, 5, &[0..5, 5..9]);
        check(&[2], 8, 5, &[0..3, 3..8]);
    }

    #[test]
    fn without_pivotal_events_bands_are_even() {
        check(&[], 6, 5, &[0..3, 3..6]);
        check(&[], 3, 1, &[0..1, 1..2, 2..3]);
    }
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Kept,
    Removed,
    Added,
}

impl Fate {
    /// The mark before the line.
    pub(super) const fn mark(self) -> char {
        match self {
            Self::Kept => ' ',
            Self::Removed => '-',
            Self::Added => '+',
        }
    }
}

/// Compares two texts line by line: lines of `before` that are gone, lines of `after` that are
/// new, and the longest sequence of lines that both have.
pub(super) fn compare<'a>(before: &'a str, after: &'a str) -> Vec<(Fate, &'a str)> {
    let (before, after): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let common = common_lengths(&before, &after);
    let length = |i: usize, j: usize| common.get(i).and_then(|row| row.get(j)).copied();
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::with_capacity(before.len().max(after.len()));
    loop {
        match (before.get(i), after.get(j)) {
            (Some(old), Some(new)) if old == new => {
                lines.push((Fate::Kept, *new));
                (i, j) = (i + 1, j + 1);
            }
            (Some(old), new) if new.is_none() || length(i + 1, j) >= length(i, j + 1) => {
                lines.push((Fate::Removed, *old));
                i += 1;
            }
            (_, Some(new)) => {
                lines.push((Fate::Added, *new));
                j += 1;
            }
            (_, None) => return lines,
        }
    }
}

/// How many lines `before[i..]` and `after[j..]` have in common, for each `i` and `j`.
fn common_lengths(before: &[&str], after: &[&str]) -> Vec<Vec<usize>> {
    let mut rows = vec![vec![0; after.len() + 1]];
    for old in before.iter().rev() {
        let below = rows.last().map_or(&[][..], Vec::as_slice);
        let mut row = vec![0; after.len() + 1];
        let mut right = 0;
        for (j, new) in after.iter().enumerate().rev() {
            let at = |j: usize| below.get(j).copied().unwrap_or_default();
            right = if old == new {
                at(j + 1) + 1
            } else {
                right.max(at(j))
            };
            if let Some(cell) = row.get_mut(j) {
                *cell = right;
            }
        }
        rows.push(row);
    }
    rows.reverse();
    rows
}

/// The comparison as text: each line behind its mark.
pub(super) fn lines(before: &str, after: &str) -> String {
    let lines = compare(before, after).into_iter();
    lines.fold(String::new(), |text, (fate, line)| {
        text + format!("{} {line}", fate.mark()).trim_end() + "\n"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_both_have_are_kept() {
        assert_eq!(lines("a\nb\nc", "a\nx\nc\nd"), "  a\n- b\n+ x\n  c\n+ d\n");
        assert_eq!(lines("", "a"), "+ a\n");
        assert_eq!(lines("a\nb", ""), "- a\n- b\n");
        assert_eq!(lines("same", "same"), "  same\n");
    }

    #[test]
    fn the_longest_common_sequence_is_found() {
        let kept: Vec<_> = compare("x\na\nb\nc\ny", "a\nq\nb\nx\nc")
            .into_iter()
            .filter(|(fate, _)| *fate == Fate::Kept)
            .map(|(_, line)| line)
            .collect();
        assert_eq!(kept, ["a", "b", "c"]);
    }
}

//! A change of a text, line by line.

use std::fmt::Write as _;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// Beyond this many lines a long stretch of changes is told as one replaced by the other.
const MOST: usize = 2_000;

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Kept,
    Removed,
    Added,
}

/// The change of a file as a unified diff; nothing if both are the same. A side that is not there
/// is `/dev/null`.
pub fn unified(name: &str, before: Option<&str>, after: Option<&str>) -> String {
    if before == after {
        return String::new();
    }
    let side = |mark: &str, text: Option<&str>| {
        if text.is_some() {
            format!("{mark}/{name}")
        } else {
            "/dev/null".to_owned()
        }
    };
    let mut text = format!("--- {}\n+++ {}\n", side("a", before), side("b", after));
    let lines = compare(before.unwrap_or_default(), after.unwrap_or_default());
    for hunk in hunks(&lines) {
        text.push_str(&told(&lines, hunk));
    }
    text
}

/// The stretches of lines that hold changes, with the lines around them.
fn hunks(lines: &[(Fate, &str)]) -> Vec<std::ops::Range<usize>> {
    let mut hunks: Vec<std::ops::Range<usize>> = Vec::new();
    let changed = lines
        .iter()
        .enumerate()
        .filter(|(_, (fate, _))| *fate != Fate::Kept);
    for (at, _) in changed {
        let (start, end) = (
            at.saturating_sub(CONTEXT),
            (at + CONTEXT + 1).min(lines.len()),
        );
        match hunks.last_mut() {
            Some(last) if last.end >= start => last.end = end,
            _ => hunks.push(start..end),
        }
    }
    hunks
}

fn told(lines: &[(Fate, &str)], hunk: std::ops::Range<usize>) -> String {
    let count = |range: std::ops::Range<usize>, not: Fate| {
        let within = lines.get(range).unwrap_or_default();
        within.iter().filter(|(fate, _)| *fate != not).count()
    };
    let (before, after) = (
        count(0..hunk.start, Fate::Added),
        count(0..hunk.start, Fate::Removed),
    );
    let (old, new) = (
        count(hunk.clone(), Fate::Added),
        count(hunk.clone(), Fate::Removed),
    );
    let start = |before: usize, count: usize| if count == 0 { before } else { before + 1 };
    let mut text = format!(
        "@@ -{},{old} +{},{new} @@\n",
        start(before, old),
        start(after, new)
    );
    for (fate, line) in lines.get(hunk).unwrap_or_default() {
        let mark = match fate {
            Fate::Kept => ' ',
            Fate::Removed => '-',
            Fate::Added => '+',
        };
        writeln!(text, "{mark}{line}").ok();
    }
    text
}

/// What both begin and end with is kept without a search; the longest common sequence of lines
/// is searched for between.
fn compare<'a>(before: &'a str, after: &'a str) -> Vec<(Fate, &'a str)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(rest)
        .take_while(|(a, b)| a == b)
        .count();
    let middle = |lines: &[&'a str]| -> Vec<&'a str> {
        lines
            .get(head..lines.len() - tail)
            .unwrap_or_default()
            .to_vec()
    };
    let (start, end) = (old.iter().take(head), old.iter().skip(old.len() - tail));
    let kept = |line: &&'a str| (Fate::Kept, *line);
    let between = between(&middle(&old), &middle(&new));
    start
        .map(kept)
        .chain(between)
        .chain(end.map(kept))
        .collect()
}

fn between<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(Fate, &'a str)> {
    if old.len().max(new.len()) > MOST {
        let removed = old.iter().map(|line| (Fate::Removed, *line));
        return removed
            .chain(new.iter().map(|line| (Fate::Added, *line)))
            .collect();
    }
    let common = common(old, new);
    let length = |i: usize, j: usize| common.get(i).and_then(|row| row.get(j)).copied();
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    loop {
        match (old.get(i), new.get(j)) {
            (Some(one), Some(other)) if one == other => {
                lines.push((Fate::Kept, *one));
                (i, j) = (i + 1, j + 1);
            }
            (Some(one), other) if other.is_none() || length(i + 1, j) >= length(i, j + 1) => {
                lines.push((Fate::Removed, *one));
                i += 1;
            }
            (_, Some(other)) => {
                lines.push((Fate::Added, *other));
                j += 1;
            }
            (_, None) => return lines,
        }
    }
}

/// How many lines `old[i..]` and `new[j..]` have in common, for each `i` and `j`.
fn common(old: &[&str], new: &[&str]) -> Vec<Vec<u32>> {
    let mut rows = vec![vec![0; new.len() + 1]];
    for one in old.iter().rev() {
        let below = rows.last().map_or(&[][..], Vec::as_slice);
        let at = |row: &[u32], j: usize| row.get(j).copied().unwrap_or(0);
        let mut row = vec![0; new.len() + 1];
        for (j, other) in new.iter().enumerate().rev() {
            let length = if one == other {
                at(below, j + 1) + 1
            } else {
                at(below, j).max(at(&row, j + 1))
            };
            if let Some(cell) = row.get_mut(j) {
                *cell = length;
            }
        }
        rows.push(row);
    }
    rows.reverse();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_with_the_lines_around_it() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
        let expected = "--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n";
        assert_eq!(unified("f", Some(before), Some(after)), expected);
        assert_eq!(unified("f", Some("a"), Some("a")), "");
    }

    #[test]
    fn a_file_that_is_new_or_gone_is_told_whole() {
        assert_eq!(
            unified("f", None, Some("a\n")),
            "--- /dev/null\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n"
        );
        assert_eq!(
            unified("f", Some("a\n"), None),
            "--- a/f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n"
        );
    }

    #[test]
    fn changes_far_apart_are_told_apart() {
        let lines: Vec<String> = (0..40).map(|line| line.to_string()).collect();
        let mut changed = lines.clone();
        changed[3] = "x".to_owned();
        changed.remove(30);
        let diff = unified("f", Some(&lines.join("\n")), Some(&changed.join("\n")));
        assert_eq!(diff.matches("@@ -").count(), 2);
        assert_eq!(diff.lines().filter(|line| line.starts_with('-')).count(), 3);
    }
}

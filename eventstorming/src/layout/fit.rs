//! Text that fits its box.

use super::width::{Weight, text_width};

/// A text broken into lines at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lettering {
    /// The font size in tenths of a pixel.
    pub size: i32,
    /// The width that no line may exceed, in pixels.
    pub room: i32,
    /// The lines, from top to bottom.
    pub lines: Vec<String>,
    /// Whether all of the text is there, in whole words.
    pub whole: bool,
}

impl Lettering {
    /// The distance between two base lines, in pixels.
    pub const fn leading(&self) -> i32 {
        leading(self.size)
    }

    /// The height of all lines, in pixels.
    pub fn height(&self) -> i32 {
        super::geometry::times(self.lines.len(), self.leading())
    }
}

/// What a text has to fit into.
#[derive(Debug, Clone, Copy)]
pub(super) struct Space {
    pub(super) width: i32,
    pub(super) height: i32,
    /// The sizes to try, in tenths of a pixel, from the largest to the smallest.
    pub(super) sizes: (i32, i32),
    pub(super) weight: Weight,
}

const fn leading(size: i32) -> i32 {
    (size * 12 + 50) / 100
}

/// The largest size at which the whole words fit; at the smallest size words are broken, and what
/// is too much ends in an ellipsis.
pub(super) fn fit(text: &str, space: Space) -> Lettering {
    let (largest, smallest) = space.sizes;
    let mut size = largest;
    while size >= smallest {
        let words: Vec<&str> = text.split_whitespace().collect();
        if let Some(lines) = wrap(&words, size, space) {
            return Lettering {
                size,
                room: space.width,
                lines,
                whole: true,
            };
        }
        size -= 5;
    }
    squeeze(text, smallest, space)
}

/// One line, cut short if it must be.
pub(super) fn one_line(text: &str, size: i32, weight: Weight, width: i32) -> String {
    if text_width(text, size, weight) <= width {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    loop {
        kept.pop();
        let line: String = kept.iter().collect::<String>().trim_end().to_owned() + "...";
        if kept.is_empty() || text_width(&line, size, weight) <= width {
            return line;
        }
    }
}

fn lines_in(space: Space, size: i32) -> usize {
    usize::try_from(space.height / leading(size))
        .unwrap_or(0)
        .max(1)
}

/// Fewest lines, then narrowest.
fn wrap(words: &[&str], size: i32, space: Space) -> Option<Vec<String>> {
    let most = lines_in(space, size);
    let mut best = greedy(words, size, space.weight, space.width)?;
    if best.len() > most {
        return None;
    }
    let widest = |lines: &[String]| {
        let widths = lines
            .iter()
            .map(|line| text_width(line, size, space.weight));
        widths.max().unwrap_or(0)
    };
    while let Some(narrower) = greedy(words, size, space.weight, widest(&best) - 1) {
        if narrower.len() > best.len() {
            break;
        }
        best = narrower;
    }
    Some(best)
}

fn greedy(words: &[&str], size: i32, weight: Weight, width: i32) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        if text_width(word, size, weight) > width {
            return None;
        }
        match lines.last_mut() {
            Some(line) if text_width(&format!("{line} {word}"), size, weight) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push((*word).to_owned()),
        }
    }
    Some(lines)
}

fn squeeze(text: &str, size: i32, space: Space) -> Lettering {
    let pieces: Vec<String> = text
        .split_whitespace()
        .flat_map(|word| hyphenated(word, size, space))
        .collect();
    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
    let mut lines = greedy(&pieces, size, space.weight, space.width).unwrap_or_default();
    let most = lines_in(space, size);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.push_str("...");
            *last = one_line(last, size, space.weight, space.width);
        }
    }
    Lettering {
        size,
        room: space.width,
        lines,
        whole: false,
    }
}

fn hyphenated(word: &str, size: i32, space: Space) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut rest = word.chars().peekable();
    while let Some(letter) = rest.next() {
        piece.push(letter);
        let Some(next) = rest.peek() else { break };
        let longer = format!("{piece}{next}-");
        if text_width(&longer, size, space.weight) > space.width {
            pieces.push(std::mem::take(&mut piece) + "-");
        }
    }
    pieces.push(piece);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: Space = Space {
        width: 90,
        height: 70,
        sizes: (150, 100),
        weight: Weight::Bold,
    };

    fn check(text: &str, size: i32, lines: &[&str]) {
        let fitted = fit(text, NOTE);
        assert_eq!(
            (fitted.size, fitted.lines),
            (size, lines.iter().map(|line| (*line).to_owned()).collect())
        );
    }

    #[test]
    fn words_take_the_fewest_lines_and_then_the_narrowest() {
        check("Order Placed", 150, &["Order", "Placed"]);
        check(
            "Stock Shortage Detected",
            150,
            &["Stock", "Shortage", "Detected"],
        );
        check("a b c d", 150, &["a b c d"]);
    }

    #[test]
    fn long_words_are_set_smaller_before_they_are_broken() {
        check("Reconciliation", 125, &["Reconciliation"]);
        check(
            "Antidisestablishmentarianism",
            100,
            &["Antidisestablish-", "mentarianism"],
        );
    }

    #[test]
    fn what_is_too_much_ends_in_an_ellipsis() {
        let fitted = fit(&"word ".repeat(60), NOTE);
        assert!(!fitted.whole);
        assert!(fitted.height() <= NOTE.height);
        assert!(
            fitted
                .lines
                .last()
                .is_some_and(|line| line.ends_with("..."))
        );
    }
}

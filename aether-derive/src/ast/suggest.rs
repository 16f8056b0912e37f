/// The known word that was probably meant.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let measured = known.iter().map(|known| (distance(word, known), *known));
    let (distance, known) = measured.min()?;
    (distance <= known.len().div_ceil(3)).then_some(known)
}

/// `; did you mean ..?`, or else what is known.
pub(crate) fn hint(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(known) => format!("; did you mean `{known}`?"),
        None if known.is_empty() => "; it takes no keys here".to_owned(),
        None => format!("; known here: {}", list(known)),
    }
}

/// `` `a`, `b` ``
pub(crate) fn list(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// How many letters have to be put in, taken out or replaced.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (above, left) in from.chars().zip(1..) {
        row = next_row(&row, above, left, to);
    }
    row.last().copied().unwrap_or_default()
}

fn next_row(row: &[usize], above: char, left: usize, to: &str) -> Vec<usize> {
    let mut next = vec![left];
    let mut last = left;
    for (letter, (diagonal, over)) in to.chars().zip(row.iter().zip(row.iter().skip(1))) {
        let replaced = diagonal + usize::from(letter != above);
        last = replaced.min(over + 1).min(last + 1);
        next.push(last);
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["name", "alias", "version", "upcast"];
        assert_eq!(nearest("nmae", &known), Some("name"));
        assert_eq!(nearest("versions", &known), Some("version"));
        assert_eq!(nearest("colour", &known), None);
        assert_eq!((distance("", "abc"), distance("kitten", "sitting")), (3, 3));
    }
}

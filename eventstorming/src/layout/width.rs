/// How heavy the letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// As body text.
    Regular,
    /// As on notes and in headings.
    Bold,
}

/// The width of a text in pixels, rounded up, at a font size given in tenths of a pixel.
///
/// A constant table of advance widths stands in for font files, so that a board looks the same
/// wherever it is made. It is that of Helvetica, with 13% added for bold; what is not in the
/// table counts as wide as it can get.
pub fn text_width(text: &str, size: i32, weight: Weight) -> i32 {
    let thousandths: i32 = text.chars().map(advance).sum();
    let percent = match weight {
        Weight::Regular => 100,
        Weight::Bold => 113,
    };
    let width = i64::from(thousandths) * i64::from(size) * percent;
    i32::try_from((width + 999_999) / 1_000_000).unwrap_or(i32::MAX)
}

/// The advance width in thousandths of the font size.
const fn advance(letter: char) -> i32 {
    match letter {
        'i' | 'j' | 'l' | '\'' | '|' => 225,
        ' ' | '!' | ',' | '.' | '/' | ':' | ';' | 'I' | '[' | '\\' | ']' | 'f' | 't' => 278,
        '(' | ')' | '-' | '`' | 'r' | '{' | '}' => 335,
        '"' | '*' | '^' => 400,
        'J' | 'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' => 500,
        '0'..='9'
        | '#'
        | '$'
        | '?'
        | '_'
        | 'L'
        | 'a'
        | 'b'
        | 'd'
        | 'e'
        | 'g'
        | 'h'
        | 'n'
        | 'o'
        | 'p'
        | 'q'
        | 'u' => 556,
        '+' | '<' | '=' | '>' | '~' | 'F' | 'T' | 'Z' => 611,
        '&' | 'A' | 'B' | 'E' | 'K' | 'P' | 'S' | 'V' | 'X' | 'Y' => 667,
        'C' | 'D' | 'H' | 'N' | 'R' | 'U' | 'w' => 722,
        'G' | 'O' | 'Q' => 778,
        'M' | 'm' => 833,
        '%' => 889,
        'W' => 944,
        // Latin with marks, Greek and Cyrillic.
        '\u{a0}'..='\u{52f}' => 780,
        _ => 1000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_helvetica() {
        assert_eq!(text_width("", 150, Weight::Regular), 0);
        assert_eq!(text_width("WWWW", 100, Weight::Regular), 38);
        assert_eq!(text_width("Order Placed", 150, Weight::Regular), 89);
        assert_eq!(text_width("Order Placed", 150, Weight::Bold), 100);
        assert_eq!(text_width("\u{6ce8}\u{6587}", 150, Weight::Regular), 30);
    }
}

//! Names as people read them.

/// `OrderPlaced` as `Order Placed`; acronyms stay whole.
pub(super) fn title(name: &str) -> String {
    words(name).join(" ")
}

/// `ShipWhenPaid` as `Ship when paid`: how a rule is written down.
pub(super) fn sentence(name: &str) -> String {
    let words = words(name);
    let Some((first, rest)) = words.split_first() else {
        return String::new();
    };
    let rest = rest.iter().map(|word| {
        if is_acronym(word) {
            word.clone()
        } else {
            word.to_lowercase()
        }
    });
    std::iter::once(first.clone())
        .chain(rest)
        .collect::<Vec<_>>()
        .join(" ")
}

fn is_acronym(word: &str) -> bool {
    word.chars().count() > 1 && !word.chars().any(char::is_lowercase)
}

fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let letters: Vec<char> = name.chars().collect();
    let neighbours = letters.iter().skip(1).map(Some).chain([None]);
    let mut before = None;
    for (letter, after) in letters.iter().zip(neighbours) {
        let separates = !letter.is_alphanumeric() && *letter != '\'';
        if separates || begins_word(before, *letter, after.copied()) {
            words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
        }
        if !separates {
            word.push(*letter);
        }
        before = Some(*letter);
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

fn begins_word(before: Option<char>, letter: char, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    if !letter.is_uppercase() {
        return false;
    }
    before.is_lowercase()
        || before.is_numeric()
        || (before.is_uppercase() && after.is_some_and(char::is_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_as_words() {
        assert_eq!(title("OrderPlaced"), "Order Placed");
        assert_eq!(title("HTTPServer"), "HTTP Server");
        assert_eq!(title("StockEvent::Received"), "Stock Event Received");
        assert_eq!(title("order-placed_twice"), "order placed twice");
        assert_eq!(title("OrderV2"), "Order V2");
        assert_eq!(title(""), "");
    }

    #[test]
    fn a_rule_reads_as_a_sentence() {
        assert_eq!(sentence("ShipWhenPaid"), "Ship when paid");
        assert_eq!(sentence("SendSMSWhenPaid"), "Send SMS when paid");
    }
}

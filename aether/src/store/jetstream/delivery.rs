/// Where a message stands, as the subject says that it would be acknowledged to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    /// Its sequence in the stream.
    pub(super) sequence: u64,
    /// Its number among those of the consumer, from 1.
    pub(super) number: u64,
    /// How many come after it.
    pub(super) pending: u64,
}

impl Delivery {
    /// Reads `$JS.ACK.<stream>.<consumer>.<delivered>.<sequence>.<number>.<time>.<pending>`, and
    /// the same with a domain and an account before the stream.
    pub(super) fn read(subject: &str) -> Option<Self> {
        let tokens = subject.strip_prefix("$JS.ACK.")?;
        // Counting dots takes less than counting tokens.
        let behind = match tokens.bytes().filter(|byte| *byte == b'.').count() {
            6 => 3,
            8.. => 5,
            _ => return None,
        };
        let mut numbers = tokens
            .split('.')
            .skip(behind)
            .map(|token| token.parse().ok());
        let (sequence, number) = (numbers.next()??, numbers.next()??);
        let pending = numbers.nth(1)??;
        Some(Self {
            sequence,
            number,
            pending,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_of_an_acknowledgement_says_where_a_message_stands() {
        let delivery = Delivery {
            sequence: 20,
            number: 3,
            pending: 7,
        };
        for subject in [
            "$JS.ACK.stream.consumer.1.20.3.1700000000000000000.7",
            "$JS.ACK.hub.account.stream.consumer.1.20.3.1700000000000000000.7",
            "$JS.ACK.hub.account.stream.consumer.1.20.3.1700000000000000000.7.random",
        ] {
            assert_eq!(
                Delivery::read(subject).as_ref(),
                Some(&delivery),
                "{subject}"
            );
        }
        for subject in [
            "",
            "$JS.ACK.",
            "a.b",
            "$JS.ACK.s.c.1.x.3.4.5",
            "$JS.ACK.s.c.1.2.3.4",
        ] {
            assert_eq!(Delivery::read(subject), None, "{subject}");
        }
    }
}

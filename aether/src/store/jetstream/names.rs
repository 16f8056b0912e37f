use percent_encoding::{
    AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode,
};

use crate::{ActorId, Namespace};

/// What a stream is called, and which subjects its messages have.
///
/// Names are percent-encoded, so that any text can be one and two different texts never meet; in
/// the name of a stream with `=` in the place of `%`.
#[derive(Debug, Clone)]
pub(super) struct Names {
    stream: String,
    /// Of every actor's subject, with the dot at its end.
    prefix: String,
    /// Of the messages that guard actors which are only read.
    guards: String,
    state_stream: String,
    /// Of every subject of what is derived from the log, with the dot at its end.
    state_prefix: String,
}

/// What cannot stand in a token of a subject: separators, wildcards, white space and the sign of
/// the encoding itself. What is not ASCII is always encoded.
const TOKEN: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'*').add(b'.').add(b'>');

/// What cannot stand in the name of a stream, which is also the name of a folder. The sign of its
/// encoding is `=`: servers before 2.14 lose consumers of streams with a `%` in their name.
const STREAM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Stands for an empty token. A sign of the encoding alone is nothing else.
const EMPTY: &str = "%";

/// The token that no actor has: what follows the sign of the encoding is no number.
const GUARDS: &str = "%guard";

impl Names {
    pub(super) fn of(namespace: &Namespace) -> Self {
        let stream = utf8_percent_encode(namespace.as_str(), STREAM);
        let stream = stream.to_string().replace('%', "=");
        let token = utf8_percent_encode(namespace.as_str(), TOKEN);
        Self {
            stream: format!("aether-{stream}"),
            prefix: format!("aether.{token}.log."),
            guards: format!("aether.{token}.log.{GUARDS}"),
            // The underscore keeps it apart from the stream of any namespace.
            state_stream: format!("aether_state-{stream}"),
            state_prefix: format!("aether.{token}.state."),
        }
    }

    /// The namespace whose log is in the stream of this name, if one is.
    pub(super) fn namespace(stream: &str) -> Option<Namespace> {
        let encoded = stream.strip_prefix("aether-")?.replace('=', "%");
        let decoded = percent_decode_str(&encoded).decode_utf8().ok()?;
        let namespace = Namespace::new(decoded).ok()?;
        (Self::of(&namespace).stream == stream).then_some(namespace)
    }

    /// The name of the stream.
    pub(super) fn stream(&self) -> &str {
        &self.stream
    }

    /// The subject that stands for all actors.
    pub(super) fn everything(&self) -> String {
        format!("{}>", self.prefix)
    }

    /// The subject of the messages that hold no commit, but guard an actor that is only read.
    pub(super) fn guards(&self) -> &str {
        &self.guards
    }

    /// The name of the stream that keeps what is derived from the log.
    pub(super) fn state_stream(&self) -> &str {
        &self.state_stream
    }

    /// The subject that stands for all that is derived from the log.
    pub(super) fn state(&self) -> String {
        format!("{}>", self.state_prefix)
    }

    /// The subject of a reader's checkpoint.
    pub(super) fn checkpoint(&self, reader: &str) -> String {
        let mut subject = format!("{}checkpoint.", self.state_prefix);
        push(&mut subject, reader);
        subject
    }

    /// The subject of an actor's snapshot.
    pub(super) fn snapshot(&self, actor: &ActorId) -> String {
        tokens(format!("{}snapshot.", self.state_prefix), actor)
    }

    /// The subject of an actor: each token of its id is a token of the subject.
    pub(super) fn subject(&self, actor: &ActorId) -> String {
        let mut subject = String::with_capacity(self.prefix.len() + actor.as_str().len());
        subject.push_str(&self.prefix);
        tokens(subject, actor)
    }

    /// Whether a subject is that of an actor.
    pub(super) fn is_subject_of(&self, subject: &str, actor: &ActorId) -> bool {
        match subject.strip_prefix(&self.prefix) {
            Some(tokens) if is_plain(actor) => tokens == actor.as_str(),
            Some(_) => self.subject(actor) == subject,
            None => false,
        }
    }
}

/// Whether an actor's id stands in its subject as it is: nothing has to be encoded, and no token
/// is empty.
fn is_plain(actor: &ActorId) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'%' | b'*' | b'>');
    let mut before = b'.';
    let is_plain = actor.as_str().bytes().all(|byte| {
        let before = std::mem::replace(&mut before, byte);
        is_plain(byte) && (before, byte) != (b'.', b'.')
    });
    is_plain && before != b'.'
}

/// Adds an actor's id to a subject.
fn tokens(mut subject: String, actor: &ActorId) -> String {
    for (index, token) in actor.as_str().split('.').enumerate() {
        if index > 0 {
            subject.push('.');
        }
        push(&mut subject, token);
    }
    subject
}

/// Adds a token to a subject, encoded such that any text can be one.
pub(crate) fn push(subject: &mut String, token: &str) {
    if token.is_empty() {
        subject.push_str(EMPTY);
    } else {
        subject.extend(utf8_percent_encode(token, TOKEN));
    }
}

/// Encodes a text for a header whose values are separated by commas.
pub(super) fn header_value(text: &str) -> impl Iterator<Item = &str> {
    const VALUE: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b',');
    utf8_percent_encode(text, VALUE)
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    use super::*;

    fn names() -> Names {
        Names::of(&Namespace::new("shop/eu.west").unwrap())
    }

    fn subject(actor: &str) -> String {
        names().subject(&ActorId::new(actor).unwrap())
    }

    /// The way back, written independently of the way there.
    fn actor(subject: &str) -> String {
        read(subject.strip_prefix("aether.shop/eu%2Ewest.log.").unwrap())
    }

    fn read(tokens: &str) -> String {
        let tokens = tokens.split('.').map(|token| match token {
            "%" => String::new(),
            token => decoded(token),
        });
        tokens.collect::<Vec<_>>().join(".")
    }

    fn decoded(text: &str) -> String {
        let text = percent_decode_str(text).decode_utf8();
        text.unwrap().into_owned()
    }

    #[test]
    fn plain_names_stay_readable() {
        assert_eq!(names().stream(), "aether-shop=2Feu=2Ewest");
        assert_eq!(names().everything(), "aether.shop/eu%2Ewest.log.>");
        assert_eq!(
            subject("Customer.ada@example.org"),
            "aether.shop/eu%2Ewest.log.Customer.ada@example.org"
        );
    }

    #[test]
    fn wildcards_empty_tokens_and_signs_are_encoded() {
        let encoded = |actor| {
            subject(actor)
                .strip_prefix(&names().prefix)
                .unwrap()
                .to_owned()
        };
        assert_eq!(encoded("*"), "%2A");
        assert_eq!(encoded("a.>"), "a.%3E");
        assert_eq!(encoded(".."), "%.%.%");
        assert_eq!(encoded("%"), "%25");
        assert_eq!(encoded("a b\n"), "a%20b%0A");
        assert_eq!(encoded("ü"), "%C3%BC");
    }

    #[test]
    fn the_longest_names_fit_into_a_protocol_line() {
        let namespace = Namespace::new("é".repeat(Namespace::MAX_BYTES / 2)).unwrap();
        let names = Names::of(&namespace);
        let actor = ActorId::new("é".repeat(ActorId::MAX_BYTES / 2)).unwrap();
        assert!(names.stream().len() <= 255, "{}", names.stream().len());
        let line = names.stream().len() + names.subject(&actor).len();
        assert!(line < 3_000, "{line} of the 4,096 bytes a line may have");
    }

    /// Any text of so many bytes at most; often one that looks like something encoded.
    fn text(bytes: usize) -> impl Strategy<Value = String> {
        let any = proptest::collection::vec(any::<char>(), 1..=bytes);
        let any = any.prop_map(String::from_iter);
        let text = prop_oneof![
            "\\PC{1,16}",
            "[.*>_ %=2EeAa-]{1,8}",
            "[\\x00-\\x7f]{1,12}",
            any
        ];
        text.prop_map(move |text| {
            let end = text.floor_char_boundary(bytes);
            text.get(..end).unwrap_or_default().to_owned()
        })
    }

    /// Two texts; often one is what the other is encoded as.
    fn two(bytes: usize) -> impl Strategy<Value = (String, String)> {
        let encoded = (text(bytes), 0..3).prop_map(move |(text, way)| {
            let other = match way {
                0 => utf8_percent_encode(&text, TOKEN).to_string(),
                1 => utf8_percent_encode(&text, STREAM).to_string(),
                _ => text.to_lowercase(),
            };
            let other = if other.len() > bytes {
                text.clone()
            } else {
                other
            };
            (text, other)
        });
        prop_oneof![(text(bytes), text(bytes)), encoded]
    }

    fn of(namespace: &str) -> Names {
        Names::of(&Namespace::new(namespace).unwrap())
    }

    proptest! {
        #[test]
        fn a_subject_tells_the_actor(id in text(ActorId::MAX_BYTES)) {
            prop_assert_eq!(actor(&subject(&id)), id);
        }

        #[test]
        fn a_subject_is_known_to_be_that_of_an_actor((a, b) in two(ActorId::MAX_BYTES)) {
            let [a, b] = [a, b].map(|id| ActorId::new(id).unwrap());
            let is_subject_of = |subject: &str| names().is_subject_of(subject, &a);
            prop_assert!(is_subject_of(&names().subject(&a)));
            prop_assert_eq!(is_subject_of(&names().subject(&b)), a == b);
            let unencoded = format!("{}{}", names().prefix, a.as_str());
            prop_assert_eq!(is_subject_of(&unencoded), names().subject(&a) == unencoded);
        }

        #[test]
        fn two_actors_have_two_subjects((a, b) in two(ActorId::MAX_BYTES)) {
            prop_assert_eq!(subject(&a) == subject(&b), a == b);
            let snapshot = |id: &str| names().snapshot(&ActorId::new(id).unwrap());
            prop_assert_eq!(snapshot(&a) == snapshot(&b), a == b);
            let checkpoint = |reader: &str| names().checkpoint(reader);
            prop_assert_eq!(checkpoint(&a) == checkpoint(&b), a == b);
            prop_assert_ne!(checkpoint(&a), snapshot(&b));
        }

        #[test]
        fn streams_and_prefixes_tell_the_namespace(text in text(Namespace::MAX_BYTES)) {
            let names = of(&text);
            let stream = names.stream().strip_prefix("aether-").unwrap();
            prop_assert_eq!(decoded(&stream.replace('=', "%")), text.as_str());
            let found = Names::namespace(names.stream());
            prop_assert_eq!(found.as_ref().map(Namespace::as_str), Some(text.as_str()));
            prop_assert_eq!(Names::namespace(names.state_stream()), None);
            let stream = names.state_stream().strip_prefix("aether_state-").unwrap();
            prop_assert_eq!(decoded(&stream.replace('=', "%")), text.as_str());
            for (all, kind) in [(names.everything(), "log.>"), (names.state(), "state.>")] {
                let token = all.strip_prefix("aether.").unwrap().split('.').next().unwrap();
                prop_assert_eq!(&all, &format!("aether.{token}.{kind}"));
                prop_assert_eq!(decoded(token), text.as_str());
            }
        }

        #[test]
        fn two_namespaces_have_two_streams_and_prefixes((a, b) in two(Namespace::MAX_BYTES)) {
            let (a_names, b_names) = (of(&a), of(&b));
            prop_assert_eq!(a_names.stream == b_names.stream, a == b);
            prop_assert_eq!(a_names.state_stream == b_names.state_stream, a == b);
            prop_assert_ne!(&a_names.stream, &b_names.state_stream);
            prop_assert_eq!(a_names.prefix == b_names.prefix, a == b);
            prop_assert_eq!(a_names.state_prefix == b_names.state_prefix, a == b);
        }

        #[test]
        fn what_a_namespace_stores_lies_in_its_own_streams_alone(
            (a, b) in two(Namespace::MAX_BYTES),
            id in text(ActorId::MAX_BYTES),
        ) {
            let (a_names, b_names) = (of(&a), of(&b));
            let actor = ActorId::new(&id).unwrap();
            for subject in [a_names.subject(&actor), a_names.guards().to_owned()] {
                prop_assert_eq!(subject.starts_with(&b_names.prefix), a == b);
                prop_assert!(!subject.starts_with(&b_names.state_prefix));
            }
            for subject in [a_names.snapshot(&actor), a_names.checkpoint(&id)] {
                prop_assert_eq!(subject.starts_with(&b_names.state_prefix), a == b);
                prop_assert!(!subject.starts_with(&b_names.prefix));
            }
        }

        #[test]
        fn a_subject_is_one_that_nats_takes(id in text(ActorId::MAX_BYTES)) {
            let subject = subject(&id);
            prop_assert!(subject.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert!(subject.split('.').all(|token| !token.is_empty()));
            prop_assert!(!subject.contains(['*', '>']));
            let names = names();
            prop_assert_ne!(subject.as_str(), names.guards());
        }
    }
}

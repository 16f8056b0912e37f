//! Names of streams and subjects: any text that is an id has some, they are such as NATS takes,
//! they tell the text again, and two texts never meet.

#![no_main]

use aether::{
    __fuzz::{Addresses, addresses},
    ActorId, Namespace,
};
use libfuzzer_sys::fuzz_target;

/// The most bytes a line of the protocol may have.
const LINE: usize = 4096;

/// The text that was encoded with a sign; written independently of the encoding.
fn decoded(token: &str, sign: u8) -> String {
    let (mut bytes, mut text) = (token.bytes(), Vec::new());
    while let Some(byte) = bytes.next() {
        if byte != sign {
            text.push(byte);
            continue;
        }
        let digits = [bytes.next(), bytes.next()].map(|it| char::from(it.expect("a digit")));
        let value = digits.map(|it| it.to_digit(16).expect("a hexadecimal digit"));
        text.push(u8::try_from(value[0] * 16 + value[1]).expect("two digits are a byte"));
    }
    String::from_utf8(text).expect("a text was encoded")
}

fn token(token: &str) -> String {
    if token == "%" {
        String::new()
    } else {
        decoded(token, b'%')
    }
}

fn after<'a>(name: &'a str, prefix: &str) -> &'a str {
    name.strip_prefix(prefix)
        .expect("a name begins as it should")
}

/// What is read from the names alone: namespaces, actors and the reader.
fn read(names: &Addresses) -> ([String; 2], [String; 2], String) {
    let stream = decoded(after(&names.stream, "aether-"), b'=');
    let state_stream = decoded(after(&names.state_stream, "aether_state-"), b'=');
    let (log, state) = (
        names
            .everything
            .strip_suffix('>')
            .expect("all that follows"),
        names.state.strip_suffix('>').expect("all that follows"),
    );
    let tokens = |text: &str| text.split('.').map(token).collect::<Vec<_>>().join(".");
    let actor = tokens(after(&names.actor, log));
    let of_snapshot = tokens(after(after(&names.snapshot, state), "snapshot."));
    let reader = token(after(after(&names.checkpoint, state), "checkpoint."));
    ([stream, state_stream], [actor, of_snapshot], reader)
}

fn check_subject(subject: &str) {
    assert!(subject.len() < LINE / 2);
    assert!(subject.bytes().all(|byte| byte.is_ascii_graphic()));
    assert!(subject.split('.').all(|token| !token.is_empty()));
}

fn check(names: &Addresses) {
    for stream in [&names.stream, &names.state_stream] {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte);
        assert!(stream.len() <= 255 && stream.bytes().all(allowed));
    }
    for subject in [
        &names.actor,
        &names.snapshot,
        &names.checkpoint,
        &names.guards,
    ] {
        check_subject(subject);
        assert!(!subject.contains(['*', '>']));
    }
    for all in [&names.everything, &names.state] {
        check_subject(all);
    }
    assert!(names.actor != names.guards && names.snapshot != names.checkpoint);
}

/// Whether a subject lies in what a stream stores.
fn is_in(subject: &str, all: &str) -> bool {
    subject.starts_with(all.trim_end_matches('>'))
}

fuzz_target!(|bytes: &[u8]| {
    let Some([a, b, actor, other, reader]) = aether_fuzz::texts(bytes) else {
        return;
    };
    let (Ok(left), Ok(right)) = (Namespace::new(a), Namespace::new(b)) else {
        let allowed = 1..=Namespace::MAX_BYTES;
        assert!(!allowed.contains(&a.len()) || !allowed.contains(&b.len()));
        return;
    };
    let (Ok(actor), Ok(other)) = (ActorId::new(actor), ActorId::new(other)) else {
        return;
    };
    // A name of a reader is as long as its writer made it.
    if reader.len() > ActorId::MAX_BYTES {
        return;
    }
    let (left, right) = (
        addresses(&left, &actor, reader),
        addresses(&right, &other, reader),
    );
    for names in [&left, &right] {
        check(names);
    }
    let told = read(&left);
    assert_eq!(told.0, [a, a]);
    assert_eq!(told.1, [actor.as_str(), actor.as_str()]);
    assert_eq!(told.2, reader);
    let same = a == b;
    assert_eq!(left.stream == right.stream, same);
    assert_eq!(left.state_stream == right.state_stream, same);
    assert_ne!(left.stream, right.state_stream);
    for (subject, of_log) in [
        (&left.actor, true),
        (&left.guards, true),
        (&left.snapshot, false),
        (&left.checkpoint, false),
    ] {
        assert_eq!(is_in(subject, &right.everything), same && of_log);
        assert_eq!(is_in(subject, &right.state), same && !of_log);
    }
    assert_eq!(left.actor == right.actor, same && actor == other);
    assert_eq!(left.snapshot == right.snapshot, same && actor == other);
});

use eventstorming::contract::reading::Schema;
use proptest::{prelude::*, string::string_regex};
use uuid::Uuid;

use crate::Timestamp;

type Texts = BoxedStrategy<String>;

/// How long a text is at most, beyond what it must be.
const LENGTH: usize = 6;

/// Texts that a schema describes.
pub(super) fn texts(schema: &Schema<'_>) -> Texts {
    let format = schema.text("format").unwrap_or_default();
    if let Some(known) = formatted(format) {
        return known;
    }
    match schema.text("pattern").and_then(matching) {
        Some(matching) => matching,
        None => plain(schema),
    }
}

/// Keys of a map, which match a pattern if it has one.
pub(super) fn keys(pattern: Option<&str>) -> Texts {
    let matching = pattern.and_then(matching);
    matching.unwrap_or_else(|| "[a-c]{0,2}".boxed())
}

/// Texts that match a pattern; none if it cannot be followed.
fn matching(pattern: &str) -> Option<Texts> {
    // Every text that is made matches from its beginning to its end.
    let whole = pattern.strip_prefix('^').unwrap_or(pattern);
    let whole = whole.strip_suffix('$').unwrap_or(whole);
    string_regex(whole).ok().map(Strategy::boxed)
}

fn formatted(format: &str) -> Option<Texts> {
    Some(match format {
        "uuid" => uuids(),
        "date-time" => moments().prop_map(|moment| moment.to_string()).boxed(),
        "partial-date-time" => (days(), clock())
            .prop_map(|(day, time)| format!("{day}T{time}"))
            .boxed(),
        "date" => days(),
        "time" => clock().prop_map(|time| format!("{time}Z")).boxed(),
        "partial-time" => clock(),
        "duration" => (0..100_000_u32)
            .prop_map(|seconds| format!("PT{seconds}S"))
            .boxed(),
        "email" => "[a-c]{1,3}"
            .prop_map(|name| format!("{name}@example.org"))
            .boxed(),
        "uri" | "iri" => "[a-c]{0,3}"
            .prop_map(|path| format!("https://example.org/{path}"))
            .boxed(),
        "hostname" => "[a-c]{1,3}"
            .prop_map(|name| format!("{name}.example.org"))
            .boxed(),
        "ipv4" | "ip" => (0..=255_u8)
            .prop_map(|host| format!("192.0.2.{host}"))
            .boxed(),
        "ipv6" => any::<u16>()
            .prop_map(|host| format!("2001:db8::{host:x}"))
            .boxed(),
        _ => return None,
    })
}

/// Few different ones for the most part.
fn uuids() -> Texts {
    let numbers = prop_oneof![4 => 0..4_u128, 1 => any::<u128>()];
    numbers
        .prop_map(|number| Uuid::from_u128(number).to_string())
        .boxed()
}

/// Within a few years.
fn moments() -> impl Strategy<Value = Timestamp> {
    let millis = prop_oneof![Just(0), 0..4_000_000_000_i64, 0..2_000_000_000_000_i64];
    millis.prop_map(|millis| Timestamp::from_unix_millis(millis).unwrap_or(Timestamp::UNIX_EPOCH))
}

fn days() -> Texts {
    (1970..2100_u16, 1..=12_u8, 1..=28_u8)
        .prop_map(|(year, month, day)| format!("{year}-{month:02}-{day:02}"))
        .boxed()
}

fn clock() -> Texts {
    (0..24_u8, 0..60_u8, 0..60_u8)
        .prop_map(|(hour, minute, second)| format!("{hour:02}:{minute:02}:{second:02}"))
        .boxed()
}

/// Few different and short ones for the most part, and now and then any that can be printed.
fn plain(schema: &Schema<'_>) -> Texts {
    let length = |keyword| {
        schema
            .number(keyword)
            .and_then(|it| usize::try_from(it).ok())
    };
    let least = length("minLength").unwrap_or(0);
    let most = length("maxLength")
        .unwrap_or(least + LENGTH)
        .min(least + LENGTH);
    let short = most.min(least.max(1) + 1);
    let of = |letters: &str, most: usize| {
        let (least, most) = (least.min(most), most);
        string_regex(&format!("{letters}{{{least},{most}}}")).ok()
    };
    match (of("[a-c]", short), of("\\PC", most)) {
        (Some(simple), Some(strange)) => prop_oneof![8 => simple, 1 => strange].boxed(),
        _ => Just("a".repeat(least)).boxed(),
    }
}

//! How long something waits, in words, and before which members of a flow.

use std::time::Duration;

use crate::meta::Flow;

/// What is said where the type does not say how long.
const UNKNOWN: &str = "a while";

/// `90 s`, `15 min`, `24 h` or `3 days`: in the largest unit that leaves no rest.
fn words(delay: Duration) -> String {
    const UNITS: [(u128, &str, &str); 4] = [
        (86_400_000, "day", "days"),
        (3_600_000, "h", "h"),
        (60_000, "min", "min"),
        (1_000, "s", "s"),
    ];
    let millis = delay.as_millis();
    let whole =
        |(unit, _, _): &&(u128, &str, &str)| millis >= *unit && millis.is_multiple_of(*unit);
    // A day and a bit reads better in hours, but 24 hours are a deadline, not a day.
    match UNITS
        .iter()
        .filter(|unit| unit.1 != "day" || millis > 2 * unit.0)
        .find(whole)
    {
        Some((unit, one, _)) if millis == *unit => format!("1 {one}"),
        Some((unit, _, many)) => format!("{} {many}", millis / unit),
        None => format!("{millis} ms"),
    }
}

/// How long a flow waits before a member; nothing if it does not wait, or not always as long.
pub(super) fn before<T>(flow: &Flow<T>, member: &T, same: fn(&T, &T) -> bool) -> Option<String> {
    let mut delays = Vec::new();
    collect(flow, None, &mut |known, delay| {
        if same(known, member) {
            delays.push(delay);
        }
    });
    let first = delays.first()?.clone()?;
    delays
        .iter()
        .all(|delay| delay.as_ref() == Some(&first))
        .then_some(first)
}

fn collect<T>(flow: &Flow<T>, outer: Option<String>, found: &mut impl FnMut(&T, Option<String>)) {
    match flow {
        Flow::Nothing => {}
        Flow::One(member) => found(member, outer),
        Flow::Maybe(flow) | Flow::Many(flow) => collect(flow, outer, found),
        Flow::Later(flow, delay) => {
            let delay = delay.map_or_else(|| UNKNOWN.to_owned(), words);
            collect(flow, Some(delay), found);
        }
        Flow::AllOf(flows) | Flow::Either(flows) => {
            for flow in *flows {
                collect(flow, outer.clone(), found);
            }
        }
        Flow::OneOf(set) => {
            for member in *set {
                found(member, outer.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_told_in_the_unit_that_fits() {
        for (seconds, text) in [
            (1, "1 s"),
            (90, "90 s"),
            (900, "15 min"),
            (86_400, "24 h"),
            (172_800, "48 h"),
            (259_200, "3 days"),
            (90_000, "25 h"),
        ] {
            assert_eq!(words(Duration::from_secs(seconds)), text);
        }
        assert_eq!(words(Duration::from_millis(1_500)), "1500 ms");
    }

    #[test]
    fn what_is_issued_at_once_as_well_is_not_called_delayed() {
        const ONE: Flow<&str> = Flow::One(&"a");
        const LATER: Flow<&str> = Flow::Later(&ONE, Some(Duration::from_hours(24)));
        let delay = |flow| before(flow, &"a", |left, right| left == right);
        assert_eq!(delay(&Flow::Maybe(&LATER)).as_deref(), Some("24 h"));
        assert_eq!(delay(&Flow::Later(&ONE, None)).as_deref(), Some("a while"));
        assert_eq!(delay(&Flow::AllOf(&[&LATER, &ONE])), None);
        assert_eq!(delay(&Flow::Either(&[&LATER, &ONE])), None);
        assert_eq!(delay(&ONE), None);
    }
}

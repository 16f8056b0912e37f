//! Which numbers a schema takes.

use super::schema::Schema;

/// The least and the greatest number, where there are such.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The least.
    pub least: Option<f64>,
    /// The greatest.
    pub most: Option<f64>,
    /// Whether the least and the greatest themselves are left out.
    pub open: (bool, bool),
}

/// An end of a range, and whether it is left out itself.
type End = (f64, bool);

/// The integers beyond which a float no longer tells one from the next: 2^53.
pub(super) const EXACT: f64 = 9_007_199_254_740_992.0;

impl Range {
    /// By the bounds that are written, and by those of the Rust type that `format` names.
    pub fn of(schema: &Schema<'_>) -> Self {
        let (low, high) = of_format(schema.text("format").unwrap_or_default());
        let bound = |keyword: &str, open| {
            let number = schema.get(keyword).and_then(serde_json::Value::as_f64);
            number.map(|number| (number, open))
        };
        let least = [
            low.map(|low| (low, false)),
            bound("minimum", false),
            bound("exclusiveMinimum", true),
        ];
        let most = [
            high.map(|high| (high, false)),
            bound("maximum", false),
            bound("exclusiveMaximum", true),
        ];
        let (least, most) = (narrowest(least, f64::gt), narrowest(most, f64::lt));
        Self {
            least: least.map(|(at, _)| at),
            most: most.map(|(at, _)| at),
            open: (
                least.is_some_and(|(_, open)| open),
                most.is_some_and(|(_, open)| open),
            ),
        }
    }

    /// Whether every number of the other range lies in this one.
    pub(super) fn holds(&self, other: &Self) -> bool {
        let low = reaches(
            (self.least, self.open.0),
            (other.least, other.open.0),
            f64::gt,
        );
        let high = reaches(
            (self.most, self.open.1),
            (other.most, other.open.1),
            f64::lt,
        );
        low && high
    }

    pub(super) fn contains(&self, number: f64) -> bool {
        let point = Self {
            least: Some(number),
            most: Some(number),
            open: (false, false),
        };
        self.holds(&point)
    }
}

/// The end that leaves the least, where `within` says which of two numbers lies further in.
fn narrowest(ends: [Option<End>; 3], within: fn(&f64, &f64) -> bool) -> Option<End> {
    let narrower = |one: End, other: End| {
        let same = !within(&one.0, &other.0) && !within(&other.0, &one.0);
        let other_is = within(&other.0, &one.0) || same && other.1;
        if other_is { other } else { one }
    };
    ends.into_iter().flatten().reduce(narrower)
}

/// Whether an end of a range leaves room for that of another.
fn reaches(
    (end, open): (Option<f64>, bool),
    (other, other_open): (Option<f64>, bool),
    within: fn(&f64, &f64) -> bool,
) -> bool {
    let Some(end) = end else { return true };
    let Some(other) = other else { return false };
    within(&other, &end) || (!within(&end, &other) && (!open || other_open))
}

fn of_format(format: &str) -> (Option<f64>, Option<f64>) {
    let (least, most) = match format {
        "uint8" => (0.0, f64::from(u8::MAX)),
        "uint16" => (0.0, f64::from(u16::MAX)),
        "uint32" => (0.0, f64::from(u32::MAX)),
        "uint64" | "uint" => (0.0, 18_446_744_073_709_551_615.0),
        "uint128" => (0.0, 3.402_823_669_209_385e38),
        "int8" => (f64::from(i8::MIN), f64::from(i8::MAX)),
        "int16" => (f64::from(i16::MIN), f64::from(i16::MAX)),
        "int32" => (f64::from(i32::MIN), f64::from(i32::MAX)),
        "int64" | "int" => (-9_223_372_036_854_775_808.0, 9_223_372_036_854_775_807.0),
        "int128" => (-1.701_411_834_604_692_3e38, 1.701_411_834_604_692_3e38),
        _ => return (None, None),
    };
    (Some(least), Some(most))
}

/// A format that says how large a number may be, and nothing else.
pub(super) fn is_of_size(format: &str) -> bool {
    matches!(format, "float" | "double") || of_format(format) != (None, None)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(one: &serde_json::Value, other: &serde_json::Value) -> bool {
        Range::of(&Schema::new(one)).holds(&Range::of(&Schema::new(other)))
    }

    #[test]
    fn an_end_that_is_left_out_leaves_no_room_for_itself() {
        let (closed, open) = (json!({ "minimum": 0 }), json!({ "exclusiveMinimum": 0 }));
        assert!(holds(&closed, &open) && holds(&open, &open));
        assert!(!holds(&open, &closed));
        let (closed, open) = (json!({ "maximum": 9 }), json!({ "exclusiveMaximum": 9 }));
        assert!(holds(&closed, &open) && !holds(&open, &closed));
    }

    #[test]
    fn of_several_ends_the_one_counts_that_leaves_the_least() {
        let both = json!({ "format": "uint8", "minimum": 3, "exclusiveMaximum": 9 });
        let schema = Schema::new(&both);
        let range = Range::of(&schema);
        assert_eq!((range.least, range.most), (Some(3.0), Some(9.0)));
        assert_eq!(range.open, (false, true));
        assert!(range.contains(3.0) && !range.contains(9.0) && !range.contains(2.0));
    }
}

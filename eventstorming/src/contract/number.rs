//! Which numbers a schema takes.

use super::schema::Schema;

/// The least and the greatest number, where there are such.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The least.
    pub least: Option<f64>,
    /// The greatest.
    pub most: Option<f64>,
}

/// The integers beyond which a float no longer tells one from the next: 2^53.
pub(super) const EXACT: f64 = 9_007_199_254_740_992.0;

impl Range {
    /// By the bounds that are written, and by those of the Rust type that `format` names.
    pub fn of(schema: &Schema<'_>) -> Self {
        let (low, high) = of_format(schema.text("format").unwrap_or_default());
        let bound = |keyword: &str| schema.get(keyword).and_then(serde_json::Value::as_f64);
        let least = [bound("minimum"), bound("exclusiveMinimum"), low];
        let most = [bound("maximum"), bound("exclusiveMaximum"), high];
        Self {
            least: least.into_iter().flatten().reduce(f64::max),
            most: most.into_iter().flatten().reduce(f64::min),
        }
    }

    /// Whether every number of the other range lies in this one.
    pub(super) fn holds(&self, other: &Self) -> bool {
        let low = self
            .least
            .is_none_or(|least| other.least.is_some_and(|low| low >= least));
        let high = self
            .most
            .is_none_or(|most| other.most.is_some_and(|high| high <= most));
        low && high
    }

    pub(super) fn contains(&self, number: f64) -> bool {
        self.least.is_none_or(|least| number >= least)
            && self.most.is_none_or(|most| number <= most)
    }
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

//! Ranges of values that are good, as the Monitoring Plugins Development Guidelines write
//! them.

use std::fmt;

use crate::cmd::queue::{bytes, seconds};

/// `[@]start:end`. Values outside alert, both ends being inside; with `@` values inside do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    from: f64,
    to: f64,
    inside: bool,
}

impl Range {
    /// A range of plain numbers.
    pub(super) fn numbers(text: &str) -> Result<Self, String> {
        Self::of(text, &|end| end.parse().map_err(|_| format!("not a number: {end}")))
    }

    /// A range of percentages, with or without the sign.
    pub(super) fn percent(text: &str) -> Result<Self, String> {
        Self::numbers(&text.replace('%', ""))
    }

    /// A range of times such as `6h`; in seconds.
    pub(super) fn times(text: &str) -> Result<Self, String> {
        #[expect(clippy::cast_precision_loss, reason = "no span is that long")]
        Self::of(text, &|end| seconds(end).map(|seconds| seconds as f64))
    }

    /// A range of sizes such as `10M`; in bytes.
    pub(super) fn sizes(text: &str) -> Result<Self, String> {
        #[expect(clippy::cast_precision_loss, reason = "of petabytes nobody counts the bytes")]
        Self::of(text, &|end| bytes(end).map(|bytes| bytes as f64))
    }

    /// Alerts below a value.
    pub(super) fn at_least(from: f64) -> Self {
        Self { from, to: f64::INFINITY, inside: false }
    }

    fn of(text: &str, end: &dyn Fn(&str) -> Result<f64, String>) -> Result<Self, String> {
        let (inside, range) = match text.strip_prefix('@') {
            Some(range) => (true, range),
            None => (false, text),
        };
        let (from, to) = match range.split_once(':') {
            None => (0.0, end(range)?),
            Some((from, to)) => {
                let from = match from {
                    "~" => f64::NEG_INFINITY,
                    "" => 0.0,
                    from => end(from)?,
                };
                (from, if to.is_empty() { f64::INFINITY } else { end(to)? })
            }
        };
        if from.is_nan() || to.is_nan() || from > to {
            return Err(format!("the range ends before it begins: {text}"));
        }
        Ok(Self { from, to, inside })
    }

    /// Whether a value is bad.
    pub(super) fn alerts(&self, value: f64) -> bool {
        (self.from <= value && value <= self.to) == self.inside
    }
}

/// As it stands among the figures: numbers without units.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.inside {
            f.write_str("@")?;
        }
        if self.from == f64::NEG_INFINITY {
            f.write_str("~:")?;
        } else if self.from != 0.0 || self.to == f64::INFINITY {
            write!(f, "{}:", self.from)?;
        }
        if self.to == f64::INFINITY { Ok(()) } else { write!(f, "{}", self.to) }
    }
}

#[cfg(test)]
mod tests {
    use super::Range;

    #[track_caller]
    fn check(text: &str, shown: &str, bad: &[f64], good: &[f64]) {
        let range = Range::numbers(text).unwrap();
        assert_eq!(range.to_string(), shown);
        assert!(bad.iter().all(|value| range.alerts(*value)), "{text}");
        assert!(!good.iter().any(|value| range.alerts(*value)), "{text}");
    }

    #[test]
    fn ranges_of_the_guidelines() {
        check("10", "10", &[-1.0, 10.5], &[0.0, 10.0]);
        check("10:", "10:", &[9.0, -1.0], &[10.0, 1e9]);
        check("~:10", "~:10", &[11.0], &[-5.0, 10.0]);
        check("10:20", "10:20", &[9.0, 21.0], &[10.0, 20.0]);
        check("@10:20", "@10:20", &[10.0, 20.0], &[9.0, 21.0]);
        check("0:", "0:", &[-1.0], &[0.0, 7.0]);
    }

    #[test]
    fn units() {
        assert_eq!(Range::times("30m:6h").unwrap().to_string(), "1800:21600");
        assert_eq!(Range::sizes("1M").unwrap().to_string(), "1048576");
        assert_eq!(Range::percent("2.5%").unwrap().to_string(), "2.5");
    }

    #[test]
    fn what_is_no_range() {
        for text in ["", "x", "5:2", "@", "1:2:3", "nan"] {
            assert!(Range::numbers(text).is_err(), "{text}");
        }
    }
}

//! Comparisons of numbers, spans of time and sizes.

use postlens_syntax::Delay;

/// Numbers between two others, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numbers {
    from: i64,
    to: i64,
    unit: Unit,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// SMTP reply codes; `5xx` is all that begin with 5.
    Code,
    /// Seconds, or with `ms`, `s`, `m`, `h`, `d`; kept in microseconds.
    Span,
    /// Bytes, or with `K`, `M`, `G`, each 1024 of the one before.
    Bytes,
}

impl Numbers {
    /// Reads `>5m`, `<=10M`, `=3`, `5`, `1m..5m`. `None` where it is none of these.
    pub(crate) fn parse(text: &str, unit: Unit) -> Option<Self> {
        let text = text.trim();
        if let Some((from, to)) = text.split_once("..") {
            let from = if from.is_empty() { i64::MIN } else { number(from, unit)? };
            let to = if to.is_empty() { i64::MAX } else { number(to, unit)? };
            return (from <= to).then_some(Self { from, to, unit });
        }
        let (operator, rest) = OPERATORS
            .iter()
            .find_map(|operator| Some((*operator, text.strip_prefix(operator)?)))
            .unwrap_or(("=", text));
        if let Some((from, to)) = class(rest, unit).filter(|_| operator == "=") {
            return Some(Self { from, to, unit });
        }
        let value = number(rest, unit)?;
        let (from, to) = match operator {
            ">" => (value.checked_add(1)?, i64::MAX),
            "<" => (i64::MIN, value.checked_sub(1)?),
            ">=" => (value, i64::MAX),
            "<=" => (i64::MIN, value),
            _ => (value, value),
        };
        Some(Self { from, to, unit })
    }

    pub(crate) fn contains(&self, value: i64) -> bool {
        (self.from..=self.to).contains(&value)
    }

    /// A number that stands in the log as text, as rare lines have them.
    pub(crate) fn of_text(&self, text: &[u8]) -> Option<i64> {
        if self.unit == Unit::Span {
            return i64::try_from(Delay::parse(text)?.micros()).ok();
        }
        std::str::from_utf8(text).ok()?.parse().ok()
    }

    /// The only number, if there is only one.
    pub(crate) fn single(&self) -> Option<i64> {
        (self.from == self.to).then_some(self.from)
    }
}

const OPERATORS: [&str; 5] = [">=", "<=", ">", "<", "="];

/// `5xx`, `4XX`.
fn class(text: &str, unit: Unit) -> Option<(i64, i64)> {
    let [digit @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] = text.as_bytes() else { return None };
    let first = i64::from(digit - b'0') * 100;
    (unit == Unit::Code).then_some((first, first + 99))
}

fn number(text: &str, unit: Unit) -> Option<i64> {
    let text = text.trim();
    let end = text.bytes().position(|byte| !byte.is_ascii_digit() && byte != b'.');
    let (digits, suffix) = text.split_at(end.unwrap_or(text.len()));
    let suffix = suffix.trim().to_ascii_lowercase();
    // Counted in millionths, so that fractions of units come out exact.
    let millionths = i128::from(Delay::parse(digits.as_bytes())?.micros());
    let (scale, divisor) = match (unit, suffix.as_str()) {
        (Unit::Code | Unit::Bytes, "") | (Unit::Bytes, "b") => (1, 1_000_000),
        (Unit::Span, "" | "s" | "sec") => (1, 1),
        (Unit::Span, "ms") => (1, 1000),
        (Unit::Span, "m" | "min") => (60, 1),
        (Unit::Span, "h") => (3600, 1),
        (Unit::Span, "d") => (86_400, 1),
        (Unit::Bytes, "k" | "kb" | "kib") => (1 << 10, 1_000_000),
        (Unit::Bytes, "m" | "mb" | "mib") => (1 << 20, 1_000_000),
        (Unit::Bytes, "g" | "gb" | "gib") => (1 << 30, 1_000_000),
        _ => return None,
    };
    i64::try_from(millionths * scale / divisor).ok()
}

#[cfg(test)]
mod tests {
    use super::{Numbers, Unit};

    #[track_caller]
    fn check(text: &str, unit: Unit, inside: &[i64], outside: &[i64]) {
        let numbers = Numbers::parse(text, unit).unwrap();
        for value in inside {
            assert!(numbers.contains(*value), "{text} {value}");
        }
        for value in outside {
            assert!(!numbers.contains(*value), "{text} {value}");
        }
    }

    #[test]
    fn comparisons() {
        check(">5m", Unit::Span, &[300_000_001], &[300_000_000]);
        check("<= 0.5s", Unit::Span, &[500_000], &[500_001]);
        check("250ms..1h", Unit::Span, &[250_000, 3_600_000_000], &[249_999]);
        check(">=1.5M", Unit::Bytes, &[1_572_864], &[1_572_863]);
        check("5xx", Unit::Code, &[500, 550, 599], &[450, 600]);
        check("550", Unit::Code, &[550], &[551]);
        check("..10", Unit::Code, &[-5, 10], &[11]);
    }

    #[test]
    fn what_is_no_comparison() {
        for wrong in ["", ">", "5 apples", "..x", "9..1", "1e5", "-3", "99999999999999999999999"] {
            assert_eq!(Numbers::parse(wrong, Unit::Code), None, "{wrong}");
        }
    }
}

//! Numbers for people.

use postlens_syntax::Delay;

/// A count with its thousands apart: `12,345`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes in the largest unit that leaves at least one: `1.5 MiB`.
pub fn bytes(value: u64) -> String {
    const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut unit = 0;
    let mut tenths = u128::from(value) * 10;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    let name = UNITS.get(unit).copied().unwrap_or_default();
    if unit == 0 {
        return format!("{value} {name}");
    }
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

/// A delay to about two digits: `0.12 s`, `45 s`, `12 min`, `3.5 h`, `2.1 d`.
pub fn delay(value: Delay) -> String {
    let seconds = value.seconds();
    match seconds {
        ..10.0 => format!("{seconds:.2} s"),
        ..100.0 => format!("{seconds:.0} s"),
        ..6000.0 => format!("{:.0} min", seconds / 60.0),
        ..172_800.0 => format!("{:.1} h", seconds / 3600.0),
        _ => format!("{:.1} d", seconds / 86_400.0),
    }
}

/// Whole seconds in their two largest units: `45s`, `12m`, `3h20m`, `2d04h`.
pub fn span(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m"),
        (0, _, _) => format!("{hours}h{minutes:02}m"),
        _ => format!("{days}d{hours:02}h"),
    }
}

/// A rate to two digits or so: `0.3`, `4.5`, `120`.
pub fn rate(value: f64) -> String {
    if value < 0.05 {
        return "0".to_owned();
    }
    if value < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") }
}

/// A share of a whole in percent: `12.3 %`, never `100.0 %` unless it is the whole, nor
/// `0.0 %` unless it is nothing; empty for nothing of nothing.
pub fn percent(part: u64, whole: u64) -> String {
    let doubled = u128::from(part) * 2000 + u128::from(whole);
    let Some(tenths) = doubled.checked_div(u128::from(whole) * 2) else {
        return String::new();
    };
    let (least, most) = (u128::from(part > 0), if part < whole { 999 } else { u128::MAX });
    let tenths = tenths.clamp(least, most);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use postlens_syntax::Delay;

    use super::{bytes, count, delay, percent};

    #[test]
    fn for_people() {
        assert_eq!([count(0), count(999), count(1_234_567)], ["0", "999", "1,234,567"]);
        assert_eq!(
            [bytes(1023), bytes(1536), bytes(u64::MAX)],
            ["1023 B", "1.5 KiB", "16383.9 PiB"]
        );
        let seconds = |seconds: u64| delay(Delay::from_micros(seconds * 1_000_000));
        assert_eq!(
            [seconds(1), seconds(59), seconds(600), seconds(7200)],
            ["1.00 s", "59 s", "10 min", "2.0 h"]
        );
        assert_eq!([percent(1, 3), percent(2, 3), percent(0, 0)], ["33.3 %", "66.7 %", ""]);
        assert_eq!([percent(9_999, 10_000), percent(1, 10_000)], ["99.9 %", "0.1 %"]);
        assert_eq!([percent(7, 7), percent(0, 7)], ["100.0 %", "0.0 %"]);
    }
}

//! Numbers as the report writes them.

/// A count in seven columns: in Ki above 512 Ki, in Mi above 512 Mi, cut and not rounded.
pub(super) fn units(count: u64) -> String {
    scaled(float(count))
}

/// The same for an average.
pub(super) fn scaled(count: f64) -> String {
    let (count, unit) = match count {
        count if count > 536_870_912.0 => (count / 1_048_576.0, 'm'),
        count if count > 524_288.0 => (count / 1024.0, 'k'),
        count => (count, ' '),
    };
    format!("{:>6}{unit}", whole(count))
}

/// Seconds in seven columns: in minutes above one, in hours above one.
pub(super) fn duration(seconds: f64) -> String {
    let (time, unit) = match seconds {
        seconds if seconds > 3600.0 => (seconds / 3600.0, 'h'),
        seconds if seconds > 60.0 => (seconds / 60.0, 'm'),
        seconds => (seconds, 's'),
    };
    format!("{time:>5.1} {unit}")
}

/// Hours, minutes and seconds.
pub(super) fn clock(seconds: f64) -> String {
    let hours = (seconds / 3600.0).trunc();
    let rest = seconds - hours * 3600.0;
    let minutes = (rest / 60.0).trunc();
    format!("{:>2}:{:02}:{:02}", whole(hours), whole(minutes), whole(rest - minutes * 60.0))
}

/// Seconds per connection, rounded.
pub(super) fn average(time: i64, count: u64) -> i64 {
    if count == 0 { 0 } else { whole(signed(time) / float(count) + 0.5) }
}

/// Without the fraction.
#[expect(clippy::cast_possible_truncation, reason = "the fraction is to go; beyond, it saturates")]
pub(super) fn whole(number: f64) -> i64 {
    number.trunc() as i64
}

#[expect(clippy::cast_precision_loss, reason = "the report shows six digits")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "the report shows six digits")]
pub(super) fn signed(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::{average, clock, duration, units};

    #[test]
    fn units_begin_above_the_half() {
        assert_eq!(units(524_288), "524288 ");
        assert_eq!(units(524_289), "   512k");
        assert_eq!(units(536_870_912), "524288k");
        assert_eq!(units(536_870_913), "   512m");
    }

    #[test]
    fn times_have_units_too() {
        assert_eq!(duration(60.0), " 60.0 s");
        assert_eq!(duration(61.0), "  1.0 m");
        assert_eq!(duration(7200.0), "  2.0 h");
        assert_eq!(clock(3_725.9), " 1:02:05");
        assert_eq!((average(3, 2), average(0, 0)), (2, 0));
    }
}

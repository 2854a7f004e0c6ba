//! Civil time of simulated moments, and the rhythm of a week.

/// Microseconds since 1970 UTC.
pub(crate) type Micros = i64;

/// One second.
pub(crate) const SECOND: Micros = 1_000_000;

/// A moment's date and time of day at some offset.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: u8,
    pub(crate) day: u8,
    pub(crate) hour: u8,
    pub(crate) minute: u8,
    pub(crate) second: u8,
}

impl Civil {
    /// Takes seconds since 1970, local, apart. A year begins with March here, so that
    /// the leap day is its last.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "all below 60")]
    pub(crate) fn at(seconds: i64) -> Self {
        let days = seconds.div_euclid(86_400);
        let clock = seconds.rem_euclid(86_400);
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        Self {
            year: year + era * 400 + i64::from(month <= 2),
            month: month as u8,
            day: day as u8,
            hour: (clock / 3_600) as u8,
            minute: (clock / 60 % 60) as u8,
            second: (clock % 60) as u8,
        }
    }

    /// `Nov`.
    pub(crate) fn month_name(self) -> &'static str {
        const NAMES: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        NAMES.get(usize::from(self.month.saturating_sub(1))).copied().unwrap_or("Jan")
    }
}

/// How busy this moment is, 1 on average over a week: nights and weekends are quiet.
pub(crate) fn rhythm(seconds: i64) -> f64 {
    let hour = seconds.rem_euclid(86_400) / 3_600;
    // 1970-01-01 was a Thursday.
    let weekday = (seconds.div_euclid(86_400) + 3).rem_euclid(7);
    let by_hour = match hour {
        0..=5 => 0.35,
        6..=7 => 0.8,
        8..=11 => 1.9,
        12..=13 => 1.4,
        14..=17 => 1.7,
        18..=20 => 0.9,
        _ => 0.5,
    };
    let by_day = if weekday >= 5 { 0.5 } else { 1.2 };
    by_hour * by_day
}

#[cfg(test)]
mod tests {
    use super::Civil;

    #[test]
    fn civil_dates() {
        let check = |seconds, expected: (i64, u8, u8, u8, u8, u8)| {
            let Civil { year, month, day, hour, minute, second } = Civil::at(seconds);
            assert_eq!((year, month, day, hour, minute, second), expected);
        };
        check(0, (1970, 1, 1, 0, 0, 0));
        check(951_868_799, (2000, 2, 29, 23, 59, 59));
        check(1_793_577_600, (2026, 11, 2, 0, 0, 0));
        check(1_798_761_599, (2026, 12, 31, 23, 59, 59));
    }
}

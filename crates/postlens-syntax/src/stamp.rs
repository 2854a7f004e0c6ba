//! Time stamps as they stand in a line, before anybody knows their year or zone.

/// A time stamp as written. Turning it into a point in time needs what the line
/// does not say (the year, the zone); that is the log reader's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stamp {
    /// The line carries no time stamp.
    #[default]
    None,
    /// Traditional syslog, `Nov  4 06:25:01`: local time without a year
    /// (RFC 3164, section 4.1.2; also what postlogd(8) writes).
    Yearless {
        /// Month, 1 to 12.
        month: u8,
        /// Day of the month, 1 to 31.
        day: u8,
        /// Time of day.
        time: TimeOfDay,
    },
    /// A full date and local time without a zone, `2013 Jun 12 06:35:24.123`.
    Local {
        /// Year, as written.
        year: i16,
        /// Month, 1 to 12.
        month: u8,
        /// Day of the month, 1 to 31.
        day: u8,
        /// Time of day.
        time: TimeOfDay,
    },
    /// A full date, time and offset, `2026-11-04T06:25:01.123456+09:00` (RFC 3339),
    /// or an absolute journal time.
    Absolute {
        /// Microseconds since 1970-01-01T00:00:00Z.
        micros: i64,
        /// Offset from UTC in seconds, to write the time as the log did.
        offset: i32,
    },
}

/// A time of day with microseconds. Leap seconds (`:60`) are kept as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct TimeOfDay {
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 60.
    pub second: u8,
    /// Microseconds, 0 to 999 999; finer digits are cut.
    pub micros: u32,
}

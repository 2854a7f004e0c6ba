//! How often a queue may be looked at.

use std::time::Duration;

/// Reading a queue opens every file in it, as showq(8) does: on a busy system that must
/// stay a small part of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The shortest pause.
    least: Duration,
}

/// For one part of reading, so many of rest: 5 % of the time.
const REST: u32 = 19;
/// No shorter pause can be asked for.
const LEAST: Duration = Duration::from_secs(2);

impl Pace {
    /// Pauses of at least `least`, and never less than two seconds.
    ///
    /// ```
    /// use std::time::Duration;
    /// use postlens_queue::Pace;
    ///
    /// let pace = Pace::new(Duration::from_secs(10));
    /// assert_eq!(pace.pause(Duration::from_millis(20)), Duration::from_secs(10));
    /// assert_eq!(pace.pause(Duration::from_secs(3)), Duration::from_secs(57));
    /// ```
    pub fn new(least: Duration) -> Self {
        Self { least: least.max(LEAST) }
    }

    /// The pause after a reading that took `cost`.
    pub fn pause(self, cost: Duration) -> Duration {
        self.least.max(cost.saturating_mul(REST))
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::new(LEAST)
    }
}

//! Figures over time.

use std::collections::BTreeMap;

/// Figures by span of time. Lines come nearly in order, so the span that was asked for
/// last is mostly the one that is asked for next, and lies at hand.
#[derive(Debug, Clone)]
pub struct Timeline<C> {
    seconds: i64,
    spans: BTreeMap<i64, C>,
    now: Option<(i64, C)>,
}

/// Seconds of an hour.
pub const HOUR: i64 = 3600;

/// By the hour.
impl<C> Default for Timeline<C> {
    fn default() -> Self {
        Self::by(HOUR)
    }
}

impl<C> Timeline<C> {
    /// Spans of this many seconds.
    pub fn by(seconds: i64) -> Self {
        Self { seconds: seconds.max(1), spans: BTreeMap::new(), now: None }
    }

    /// The spans in which something was counted, in order: their first second and their
    /// figures.
    pub fn spans(&self) -> BTreeMap<i64, &C> {
        let now = self.now.iter().map(|(span, figures)| (span, figures));
        self.spans.iter().chain(now).map(|(span, figures)| (span * self.seconds, figures)).collect()
    }
}

impl<C: Default> Timeline<C> {
    /// The figures of the span that a second lies in, to be changed.
    #[inline]
    pub fn at(&mut self, second: i64) -> &mut C {
        let span = second.div_euclid(self.seconds);
        if self.now.as_ref().is_none_or(|(now, _)| *now != span) {
            self.turn_to(span);
        }
        &mut self.now.get_or_insert_with(|| (span, C::default())).1
    }

    fn turn_to(&mut self, span: i64) {
        let figures = self.spans.remove(&span).unwrap_or_default();
        if let Some((before, figures)) = self.now.replace((span, figures)) {
            self.spans.insert(before, figures);
        }
    }
}

impl<C: PartialEq> PartialEq for Timeline<C> {
    fn eq(&self, other: &Self) -> bool {
        self.seconds == other.seconds && self.spans() == other.spans()
    }
}

#[cfg(test)]
mod tests {
    use super::Timeline;

    #[test]
    fn spans_are_kept_in_order_whatever_the_order_of_lines() {
        let mut timeline = Timeline::<u64>::by(60);
        for second in [120, 59, 121, 0, 179, -1] {
            *timeline.at(second) += 1;
        }
        let spans: Vec<_> = timeline.spans().into_iter().collect();
        assert_eq!(spans, [(-60, &1), (0, &2), (120, &3)]);
    }
}

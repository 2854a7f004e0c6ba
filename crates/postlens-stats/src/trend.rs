//! Mail over the weeks: when, in which bursts, where to, and how near to its limits the
//! system came.

mod campaigns;
mod load;

use postlens_track::{Consumer, Observation, Record, RecordSink};

pub use campaigns::{Campaign, Campaigns, Sendings};
pub use load::Load;

use crate::stats::Section;
use crate::stats::destinations::Destinations;
use crate::stats::traffic::{Flow, Traffic};
use crate::timeline::HOUR;
use postlens_syntax::time::{DAY, weekday};

/// What a trend is made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trend {
    /// Mail by the hour.
    pub traffic: Traffic,
    /// By recipient domain and by provider.
    pub destinations: Destinations,
    /// Bursts of one sender or of one subject.
    pub campaigns: Campaigns,
    /// How many processes were busy.
    pub load: Load,
}

impl Trend {
    /// Adds the figures of another part of the log.
    pub fn merge(&mut self, other: &Self) {
        self.traffic.merge(&other.traffic);
        self.destinations.merge(&other.destinations);
        self.campaigns.merge(&other.campaigns);
        self.load.merge(&other.load);
    }

    /// What happened in all.
    pub fn total(&self) -> Flow {
        let mut total = Flow::default();
        for flow in self.traffic.flow.spans().values() {
            total.add(flow);
        }
        total
    }

    /// By hour of the week: seven days from Monday on, of 24 hours each.
    pub fn week(&self) -> [[Flow; 24]; 7] {
        let mut week = [[Flow::default(); 24]; 7];
        for (second, flow) in self.traffic.flow.spans() {
            let day = usize::try_from(weekday(second.div_euclid(DAY))).unwrap_or_default();
            let hour = usize::try_from(second.rem_euclid(DAY) / HOUR).unwrap_or_default();
            if let Some(cell) = week.get_mut(day).and_then(|hours| hours.get_mut(hour)) {
                cell.add(flow);
            }
        }
        week
    }
}

impl Consumer for Trend {
    fn line(&mut self, line: &Observation<'_>) {
        self.campaigns.line(line);
    }
}

impl RecordSink for Trend {
    fn record(&mut self, record: &Record<'_>) {
        self.traffic.record(record);
        self.destinations.record(record);
        self.campaigns.record(record);
        self.load.record(record);
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, HOUR, Trend};

    #[test]
    fn hours_of_the_week_add_up() {
        let mut trend = Trend::default();
        // 1970-01-05 was a Monday.
        for second in [4 * DAY, 11 * DAY + 59, 10 * DAY + 23 * HOUR] {
            trend.traffic.flow.at(second).received += 1;
        }
        let week = trend.week();
        assert_eq!((week[0][0].received, week[6][23].received), (2, 1));
        assert_eq!(trend.total().received, 3);
    }
}

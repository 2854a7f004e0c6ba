//! Distributions in fixed logarithmic buckets, so that merging is exact.

use postlens_syntax::Delay;

/// Buckets per power of two: a quantile is right within 9 percent.
const PER_OCTAVE: usize = 8;
/// From 1 millisecond to more than 100 days.
const BUCKETS: usize = 34 * PER_OCTAVE;

/// Up to so many buckets are held as a list of those that are not empty: most domains get
/// little mail, and there are many of them.
const FEW: usize = 12;

/// The counts of the buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Buckets {
    /// Bucket and count, in order, none of them empty.
    Few(Vec<(u16, u64)>),
    /// All, up to the last that is not empty.
    Many(Vec<u64>),
}

impl Default for Buckets {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Buckets {
    fn add(&mut self, bucket: usize, weight: u64) {
        match self {
            Self::Many(counts) => {
                if counts.len() <= bucket {
                    counts.resize(bucket + 1, 0);
                }
                if let Some(count) = counts.get_mut(bucket) {
                    *count += weight;
                }
            }
            Self::Few(counts) => {
                let key = u16::try_from(bucket).unwrap_or(u16::MAX);
                match counts.binary_search_by_key(&key, |(bucket, _)| *bucket) {
                    Ok(at) => {
                        if let Some((_, count)) = counts.get_mut(at) {
                            *count += weight;
                        }
                    }
                    Err(at) if counts.len() < FEW => counts.insert(at, (key, weight)),
                    Err(_) => {
                        self.spread();
                        self.add(bucket, weight);
                    }
                }
            }
        }
    }

    fn spread(&mut self) {
        let mut many = Vec::new();
        for (bucket, count) in self.iter() {
            many.resize(bucket + 1, 0);
            if let Some(last) = many.last_mut() {
                *last = count;
            }
        }
        *self = Self::Many(many);
    }

    /// Those that are not empty, in order.
    fn iter(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let (few, many): (&[_], &[_]) = match self {
            Self::Few(few) => (few, &[]),
            Self::Many(many) => (&[], many),
        };
        let few = few.iter().map(|(bucket, count)| (usize::from(*bucket), *count));
        let many = many.iter().copied().enumerate().filter(|(_, count)| *count > 0);
        few.chain(many)
    }
}

/// A distribution of delays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    buckets: Buckets,
    count: u64,
    /// In microseconds: 2^64 of them are half a million years.
    sum: u64,
    max: Delay,
}

impl Histogram {
    /// Takes in `weight` equal delays.
    pub fn add(&mut self, delay: Delay, weight: u64) {
        if weight == 0 {
            return;
        }
        self.buckets.add(bucket_of(delay), weight);
        self.count += weight;
        self.sum = self.sum.saturating_add(delay.micros().saturating_mul(weight));
        self.max = self.max.max(delay);
    }

    /// How many delays it holds.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The longest.
    pub fn max(&self) -> Delay {
        self.max
    }

    /// The mean; `None` when empty.
    pub fn mean(&self) -> Option<Delay> {
        self.sum.checked_div(self.count).map(Delay::from_micros)
    }

    /// The delay below which `quantile` (0 to 1) of all lie: the upper end of its bucket,
    /// never more than the longest. `None` when empty.
    pub fn quantile(&self, quantile: f64) -> Option<Delay> {
        if self.count == 0 {
            return None;
        }
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            clippy::cast_possible_truncation,
            reason = "a rank among at most 2^53 delays, not negative"
        )]
        let rank = ((self.count as f64 * quantile.clamp(0.0, 1.0)).ceil() as u64).max(1);
        let mut below = 0;
        for (bucket, count) in self.buckets.iter() {
            below += count;
            if below >= rank {
                return Some(upper_end(bucket).min(self.max));
            }
        }
        Some(self.max)
    }

    /// Adds another's delays to these.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in other.buckets.iter() {
            self.buckets.add(bucket, count);
        }
        self.count += other.count;
        self.sum = self.sum.saturating_add(other.sum);
        self.max = self.max.max(other.max);
    }
}

/// Delays in milliseconds; bucket 0 holds those below one.
fn bucket_of(delay: Delay) -> usize {
    let millis = delay.micros() / 1000;
    if millis == 0 {
        return 0;
    }
    let octave = millis.ilog2();
    // The position within the octave from the bits below the highest.
    let fine = usize::try_from((u128::from(millis) << 3) >> octave & 7).unwrap_or_default();
    let bucket = octave as usize * PER_OCTAVE + fine + 1;
    bucket.min(BUCKETS)
}

fn upper_end(bucket: usize) -> Delay {
    if bucket == 0 {
        return Delay::from_micros(999);
    }
    let (octave, fine) = ((bucket - 1) / PER_OCTAVE, (bucket - 1) % PER_OCTAVE);
    let millis = (u128::from(8 + fine as u64 + 1) << octave) / 8;
    Delay::from_micros(u64::try_from(millis).unwrap_or(u64::MAX).saturating_mul(1000))
}

#[cfg(test)]
mod tests {
    use postlens_syntax::Delay;

    use super::Histogram;

    #[test]
    fn quantiles_are_close() {
        let mut histogram = Histogram::default();
        for millis in 1..=10_000u64 {
            histogram.add(Delay::from_micros(millis * 1000), 1);
        }
        for (quantile, expected) in [(0.5, 5.0), (0.9, 9.0), (0.99, 9.9), (1.0, 10.0)] {
            let found = histogram.quantile(quantile).unwrap().seconds();
            assert!((found / expected - 1.0).abs() < 0.14, "{quantile}: {found}");
        }
        assert_eq!(histogram.max().micros(), 10_000_000);
        assert_eq!(histogram.mean().unwrap().micros(), 5_000_500);
    }

    #[test]
    fn merging_parts_is_the_whole() {
        let (mut whole, mut even, mut odd) = <(Histogram, Histogram, Histogram)>::default();
        for micros in (0..5_000_000_000u64).step_by(7_654_321) {
            let delay = Delay::from_micros(micros);
            whole.add(delay, 1);
            let part = if micros % 2 == 0 { &mut even } else { &mut odd };
            part.add(delay, 1);
        }
        even.merge(&odd);
        assert_eq!(even, whole);
    }

    #[test]
    fn extremes_fit() {
        let mut histogram = Histogram::default();
        histogram.add(Delay::from_micros(u64::MAX), 2);
        histogram.add(Delay::default(), 1);
        assert_eq!(histogram.quantile(0.01), Some(Delay::from_micros(999)));
        assert!(histogram.quantile(1.0).unwrap().seconds() > 100.0 * 86_400.0);
    }
}

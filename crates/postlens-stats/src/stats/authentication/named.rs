//! User names that a password checker told, for the service's own line about the same
//! failure.

use postlens_syntax::Time;
use postlens_syntax::time::MICROS;

use crate::top::Counted;
use crate::top::Top;

/// Names waiting to be asked for: no figures, so all are equal.
#[derive(Debug, Clone)]
pub(super) struct Named {
    by_key: Top<Lent>,
    any: Option<(Time, Vec<u8>)>,
}

/// What a password checker said about one session or client.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Lent {
    /// Failures, several checks of one attempt as one.
    pub(super) count: u64,
    /// The last one's user.
    pub(super) user: Vec<u8>,
    last: Time,
}

impl Counted for Lent {
    /// Old ones go first when there are too many.
    fn rank(&self) -> u64 {
        u64::try_from(self.last.micros).unwrap_or_default()
    }

    fn merge(&mut self, _: &Self) {}
}

impl Default for Named {
    fn default() -> Self {
        Self { by_key: Top::with_limit(MOST), any: None }
    }
}

impl PartialEq for Named {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Names held at once.
const MOST: usize = 10_000;
/// Checker and service speak of one failure within this time, in microseconds.
const TOGETHER: i64 = 10_000_000;

impl Named {
    /// A checker named the user of a session or, without one, of a client.
    pub(super) fn lend(&mut self, key: &[u8], user: &[u8], time: Time, weight: u64) {
        let lent = self.by_key.entry(key);
        // Several databases are asked about one attempt in the same second.
        let again = lent.user == user
            && lent.last.micros.div_euclid(MICROS) == time.micros.div_euclid(MICROS);
        lent.count += if again && lent.count > 0 { 0 } else { weight };
        lent.last = time;
        lent.user.clear();
        lent.user.extend_from_slice(user);
    }

    /// A checker named a user, and no client.
    pub(super) fn lend_to_any(&mut self, user: &[u8], time: Time) {
        self.any = Some((time, user.to_vec()));
    }

    /// The name for a failure of this client at this time.
    pub(super) fn take(&mut self, client: &[u8], now: Time) -> Option<Vec<u8>> {
        if let Some(lent) = self.by_key.remove(client)
            && is_recent(lent.last, now)
        {
            return Some(lent.user);
        }
        self.any.take().filter(|(time, _)| is_recent(*time, now)).map(|(_, user)| user)
    }

    /// What was said about a session that now ends.
    pub(super) fn close(&mut self, session: &[u8]) -> Option<Lent> {
        self.by_key.remove(session)
    }
}

/// Whether a lent name is about a line that comes now.
fn is_recent(time: Time, now: Time) -> bool {
    (now.micros - time.micros).abs() <= TOGETHER
}

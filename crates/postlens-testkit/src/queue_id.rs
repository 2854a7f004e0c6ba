//! Queue IDs as Postfix makes them: short (microseconds and inode in hexadecimal) and
//! long (time in base 52, `z`, inode in base 51).

use std::collections::{HashSet, VecDeque};

use crate::clock::{Micros, SECOND};
use crate::random::Random;

/// The alphabet of long queue IDs; base 51 leaves the last letter out.
const SAFE: &[u8; 52] = b"0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";

/// The queue files of one queue: inodes are used again as soon as they are free.
#[derive(Debug)]
pub(crate) struct Mint {
    long: bool,
    next_inode: u64,
    /// Inodes of removed files, and since when they are free.
    free: VecDeque<(Micros, u64)>,
    /// IDs of messages that left, and when.
    gone: VecDeque<(Micros, String)>,
    /// IDs in the queue now.
    live: HashSet<String>,
    /// The latest ID given out, for other queues to collide with.
    latest: String,
}

impl Mint {
    /// A queue in a file system whose next inode is `inode`.
    pub(crate) fn new(long: bool, inode: u64) -> Self {
        Self {
            long,
            next_inode: inode,
            free: VecDeque::new(),
            gone: VecDeque::new(),
            live: HashSet::new(),
            latest: String::new(),
        }
    }

    /// The ID of a file made at `at`, and its inode.
    pub(crate) fn make(&mut self, at: Micros) -> (String, u64) {
        loop {
            let inode = self.inode(at);
            let id = if self.long { long(at, inode) } else { short(at, inode) };
            if self.live.insert(id.clone()) {
                self.latest.clone_from(&id);
                return (id, inode);
            }
        }
    }

    fn inode(&mut self, at: Micros) -> u64 {
        if let Some((_, inode)) = self.free.pop_front_if(|(since, _)| *since < at) {
            return inode;
        }
        self.next_inode += 1;
        self.next_inode
    }

    /// The ID of a message that left more than a second before `at`; 0 is no inode.
    pub(crate) fn reuse(&mut self, at: Micros, random: &mut Random) -> Option<(String, u64)> {
        let limit = self.gone.iter().take_while(|(since, _)| since + SECOND < at).count();
        let index = random.below(limit as u64);
        let index = usize::try_from(index).ok().filter(|index| *index < limit)?;
        let (_, id) = self.gone.remove(index)?;
        self.live.insert(id.clone()).then_some((id, 0))
    }

    /// Takes an ID that another queue has given out, unless this one used it lately: its
    /// last lines may be still to come.
    pub(crate) fn collide(&mut self, id: String) -> Option<(String, u64)> {
        let lately = self.gone.iter().any(|(_, gone)| *gone == id);
        let taken = id.is_empty() || lately || !self.live.insert(id.clone());
        (!taken).then_some((id, 0))
    }

    /// The ID given out last.
    pub(crate) fn latest(&self) -> &str {
        &self.latest
    }

    /// The file is gone as of `at`.
    pub(crate) fn free(&mut self, at: Micros, id: &str, inode: u64) {
        self.live.remove(id);
        if inode != 0 {
            self.free.push_back((at, inode));
        }
        if !self.long {
            self.gone.push_back((at, id.to_owned()));
            if self.gone.len() > 64 {
                self.gone.pop_front();
            }
        }
    }
}

fn short(at: Micros, inode: u64) -> String {
    format!("{:05X}{inode:X}", at.rem_euclid(SECOND))
}

fn long(at: Micros, inode: u64) -> String {
    let mut id = Vec::with_capacity(18);
    digits(&mut id, at.div_euclid(SECOND).unsigned_abs(), 52, 6);
    digits(&mut id, at.rem_euclid(SECOND).unsigned_abs(), 52, 4);
    id.push(b'z');
    digits(&mut id, inode, 51, 1);
    String::from_utf8(id).unwrap_or_default()
}

fn digits(out: &mut Vec<u8>, value: u64, base: u64, width: usize) {
    if value >= base || width > 1 {
        digits(out, value / base, base, width.saturating_sub(1));
    }
    let digit = usize::try_from(value % base).unwrap_or_default();
    out.extend(SAFE.get(digit));
}

#[cfg(test)]
mod tests {
    use super::{long, short};
    use postlens_syntax::QueueId;

    #[test]
    fn ids_have_the_shape_that_postfix_gives_them() {
        assert_eq!(short(1_793_577_600_012_345, 0x000A_BCDE), "03039ABCDE");
        let at = 1_793_577_600_012_345;
        let id = long(at, 1_234_567);
        assert_eq!(QueueId::new(id.as_bytes()).unwrap().arrival_micros(), Some(at));
    }
}

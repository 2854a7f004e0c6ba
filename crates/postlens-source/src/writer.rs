//! Whether the program at the other end of a pipe has written more.

use std::fs::File;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::tail::Tail;

/// The other end of a pipe or terminal.
#[derive(Debug)]
pub(crate) struct Writer(End);

#[derive(Debug)]
enum End {
    Stdin,
    File(File),
    Tail(Tail),
}

impl Writer {
    pub(crate) fn stdin() -> Self {
        Self(End::Stdin)
    }

    /// What writes to a FIFO that was opened.
    pub(crate) fn of(file: File) -> Self {
        Self(End::File(file))
    }

    /// What writes to a file that is followed.
    pub(crate) fn of_tail(tail: Tail) -> Self {
        Self(End::Tail(tail))
    }

    /// Waits for more, for so many milliseconds at most, and says whether none came. An
    /// end or a failure is something to read.
    pub(crate) fn is_idle(&self, patience: u16) -> bool {
        let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(patience.min(999)) * 1_000_000 };
        let ready = match &self.0 {
            End::Stdin => {
                let stdin = std::io::stdin();
                poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&timeout))
            }
            End::Tail(tail) => return tail.is_idle(patience),
            End::File(file) => poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&timeout)),
        };
        ready == Ok(0)
    }
}

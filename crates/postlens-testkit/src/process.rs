//! Processes: a daemon's instances serve one task at a time, are used again, exit after
//! some time, and their process IDs come round again.

use std::collections::HashSet;

use crate::clock::{Micros, SECOND};

/// `max_use` and `max_idle` of Postfix.
const MAX_USE: u32 = 100;
const MAX_IDLE: Micros = 100 * SECOND;

/// Where process IDs start again.
const LAST_PID: u32 = 32_768;

/// A process at work: what a line's tag and pid come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Who {
    pub(crate) pool: usize,
    pub(crate) pid: u32,
}

#[derive(Debug)]
struct Process {
    pid: u32,
    free_at: Micros,
    uses: u32,
}

#[derive(Debug)]
struct Pool {
    tag: String,
    host: usize,
    /// One process for good, shared by all tasks: qmgr, postscreen.
    single: bool,
    processes: Vec<Process>,
}

/// All processes of all hosts.
#[derive(Debug, Default)]
pub(crate) struct Processes {
    pools: Vec<Pool>,
    /// Per host: the last process ID given out, and those in use.
    pids: Vec<(u32, HashSet<u32>)>,
}

impl Processes {
    /// Adds a daemon; gives its number.
    pub(crate) fn pool(&mut self, tag: String, host: usize, single: bool) -> usize {
        self.pools.push(Pool { tag, host, single, processes: Vec::new() });
        self.pools.len() - 1
    }

    /// The tag and host number of a process's lines.
    pub(crate) fn origin(&self, who: Who) -> (&str, usize) {
        self.pools.get(who.pool).map_or(("", 0), |pool| (&pool.tag, pool.host))
    }

    /// A process that is free at `at`; it is busy until released, unless its daemon has
    /// only one.
    pub(crate) fn acquire(&mut self, pool: usize, at: Micros) -> Who {
        let Some(entry) = self.pools.get_mut(pool) else { return Who { pool, pid: 0 } };
        while self.pids.len() <= entry.host {
            let first = 700 + u32::try_from(self.pids.len()).unwrap_or_default() * 11;
            self.pids.push((first, HashSet::new()));
        }
        let Some((last, used)) = self.pids.get_mut(entry.host) else {
            return Who { pool, pid: 0 };
        };
        let busy_until = if entry.single { Micros::MIN } else { Micros::MAX };
        let free = entry.processes.iter_mut().find(|process| process.free_at <= at);
        let pid = if let Some(process) = free {
            let idle = at.saturating_sub(process.free_at) > MAX_IDLE;
            if !entry.single && (process.uses >= MAX_USE || idle) {
                used.remove(&process.pid);
                process.pid = spawn(last, used);
                process.uses = 0;
            }
            process.uses += 1;
            process.free_at = busy_until;
            process.pid
        } else {
            let pid = spawn(last, used);
            entry.processes.push(Process { pid, free_at: busy_until, uses: 1 });
            pid
        };
        Who { pool, pid }
    }

    /// The process is free again from `at` on.
    pub(crate) fn release(&mut self, who: Who, at: Micros) {
        let Some(pool) = self.pools.get_mut(who.pool).filter(|pool| !pool.single) else { return };
        let process = pool.processes.iter_mut().find(|process| process.pid == who.pid);
        if let Some(process) = process {
            // Its last line may be some milliseconds late.
            process.free_at = at + SECOND / 100;
        }
    }
}

fn spawn(last: &mut u32, used: &mut HashSet<u32>) -> u32 {
    loop {
        *last = if *last >= LAST_PID { 300 } else { *last + 1 };
        if used.insert(*last) {
            return *last;
        }
    }
}

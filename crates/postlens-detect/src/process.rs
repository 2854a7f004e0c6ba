//! Postfix's own processes give up or are killed.

use bstr::ByteSlice;
use postlens_syntax::Severity;

use crate::detector::Detector;
use crate::finding::{Finding, FindingKind, Subject, kept};
use crate::signal::Trouble;
use crate::subjects::Subjects;
use crate::watch::{Clock, Rule, Watch};

/// Processes of one daemon, beyond one in ten minutes and three times what is usual.
pub(crate) const RULE: Rule = Rule { least: 4.0, pace: 0.1, times: 3.0, most: 1.0 };

/// How much what master(8) says about a process counts: that it exited the process has
/// mostly said itself.
const EXITED: f64 = 0.5;
const KILLED: f64 = 3.0;
/// A process says what kills it; a panic is a bug or broken memory.
const FATAL: f64 = 1.0;
const PANIC: f64 = 6.0;

/// Watches each daemon.
#[derive(Debug, Default)]
pub(crate) struct Process {
    daemons: Subjects<Watch>,
}

/// The daemon of a path in `process PATH pid N …`.
fn daemon_of(text: &[u8]) -> Option<&[u8]> {
    let at = text.find("process /")? + 8;
    let path = text.get(at..)?;
    let path = path.get(..path.find_byte(b' ')?)?;
    path.rsplit(|byte| *byte == b'/').next()
}

impl Detector for Process {
    fn trouble(&mut self, trouble: &Trouble<'_>, clock: Clock) {
        let sight = &trouble.sight;
        if !trouble.daemon.is_some_and(postlens_syntax::Daemon::is_postfix) {
            return;
        }
        let (daemon, each): (&[u8], f64) = match (trouble.severity, trouble.kind) {
            (Severity::Panic, _) => (short(sight.program), PANIC),
            (Severity::Fatal, _) => (short(sight.program), FATAL),
            (_, "process_failed") => (daemon_of(sight.text).unwrap_or_default(), EXITED),
            (_, "process_killed") => (daemon_of(sight.text).unwrap_or_default(), KILLED),
            _ => return,
        };
        let level = each * f64::from(trouble.weight);
        self.daemons.entry(daemon).add_as(level, RULE, clock, sight, trouble.weight);
    }

    fn findings(&self, clock: Clock, out: &mut Vec<Finding>) {
        for (daemon, watch) in self.daemons.iter() {
            let subject = Subject::Program(kept(daemon));
            watch.report((FindingKind::ProcessesDying, &subject), RULE, clock, out);
        }
    }
}

/// The daemon of a tag.
fn short(program: &[u8]) -> &[u8] {
    program.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

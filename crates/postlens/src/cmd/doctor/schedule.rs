//! Who runs logrotate(8), and `postfix logrotate`: systemd's timer, cron's files. And whether
//! that works.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{Advice, DAY, Kind, Level, System};
use crate::postfix::At;

const TIMER: &str = "logrotate.timer";
const DAILY: &str = "/etc/cron.daily/logrotate";
/// When each log was last rotated, or first seen: written at each run.
const STATES: [&str; 2] = ["/var/lib/logrotate/status", "/var/lib/logrotate/logrotate.status"];
/// A run may be missed, as on a day when the machine was off, in days.
const PATIENCE: i64 = 3;

/// Files in which cron(8) is told what to run.
const TABLES: [&str; 5] = [
    "/etc/crontab",
    "/etc/anacrontab",
    "/etc/cron.d/*",
    "/var/spool/cron/root",
    "/var/spool/cron/crontabs/root",
];

pub(super) fn look(system: &System, logs: &[PathBuf], found: &mut Vec<Advice>) {
    if !logs.iter().any(|log| system.exists(log)) {
        return;
    }
    if !timer(system) && !daily(system) && !told(system, "logrotate") {
        let (at, fix) = (At::file("/etc/systemd/system"), "systemctl enable --now logrotate.timer");
        found.push(Advice::new(Kind::NobodyRotates, Level::Problem, at, TIMER, fix));
    } else if let Some((state, days)) = overdue(system, logs) {
        let setting = state.display().to_string();
        let fix = "logrotate --verbose /etc/logrotate.conf";
        let advice =
            Advice::new(Kind::RotationFails, Level::Problem, At::file(state), setting, fix);
        found.push(advice.with("days", days));
    }
}

/// Whether cron runs `postfix logrotate`, for logs that Postfix writes itself.
pub(super) fn rotates_own(system: &System) -> bool {
    told(system, "postfix logrotate")
        || system
            .matching("/etc/cron.*/*")
            .iter()
            .any(|file| says(system, file, "postfix logrotate"))
}

fn is_systemd(system: &System) -> bool {
    ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"]
        .iter()
        .any(|path| system.exists(path.as_ref()))
}

/// Whether systemd starts it: the timer is wanted by something, and not masked.
fn timer(system: &System) -> bool {
    let is_masked = std::fs::read_link(system.below(&Path::new("/etc/systemd/system").join(TIMER)))
        .is_ok_and(|target| target == Path::new("/dev/null"));
    let wanted = ["/etc/systemd/system", "/usr/lib/systemd/system"].iter().any(|directory| {
        let wants = system.below(Path::new(&format!("{directory}/timers.target.wants/{TIMER}")));
        // The link may lead out of a tree of files.
        wants.symlink_metadata().is_ok()
    });
    wanted && !is_masked
}

/// Whether run-parts(8) runs it. Debian's script leaves that to the timer where systemd runs.
fn daily(system: &System) -> bool {
    if !system.exists(Path::new(DAILY)) || !told(system, "cron.daily") {
        return false;
    }
    !(is_systemd(system) && says(system, Path::new(DAILY), "/run/systemd/system"))
}

/// Whether a line of cron's tables has this text.
fn told(system: &System, text: &str) -> bool {
    TABLES.iter().flat_map(|files| system.matching(files)).any(|file| says(system, &file, text))
}

fn says(system: &System, file: &Path, text: &str) -> bool {
    let lines = system.read(file).unwrap_or_default();
    lines.lines().any(|line| !line.trim_start().starts_with('#') && line.contains(text))
}

/// The state of a logrotate that has not ended well for so many days while logs went on.
fn overdue(system: &System, logs: &[PathBuf]) -> Option<(PathBuf, i64)> {
    let changed = |path: &Path| Some(std::fs::metadata(system.below(path)).ok()?.mtime());
    let (state, ran) = STATES.iter().find_map(|state| {
        let path = PathBuf::from(state);
        Some((path.clone(), changed(&path)?))
    })?;
    let last = logs.iter().filter_map(|log| changed(log)).max()?;
    let days = (last - ran) / DAY;
    (days >= PATIENCE).then_some((state, days))
}

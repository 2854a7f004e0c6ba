//! Room on the queue's disk. smtpd(8) refuses mail below 1.5 times message_size_limit, and
//! cleanup(8) below queue_minfree.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::super::plugin::State;
use super::{Found, Scene, at_least};

/// Below this share of free inodes, in percent, a warning is given: a full table is a full disk.
const INODES: f64 = 2.0;

#[expect(clippy::cast_precision_loss, reason = "shares and figures for graphs")]
pub(super) fn look(scene: &Scene<'_>, found: &mut Found) -> Result<()> {
    let postfix = scene.postfix;
    let queue = PathBuf::from(postfix.value("queue_directory"));
    let room = rustix::fs::statvfs(&queue)
        .with_context(|| format!("cannot look at the disk of {}", queue.display()))?;
    let free = room.f_bavail.saturating_mul(room.f_frsize) as f64;
    let number = |name: &str| postfix.value(name).parse::<f64>().unwrap_or(0.0);
    let need = (number("message_size_limit") * 1.5).max(number("queue_minfree"));
    let limits = at_least(need * scene.args.disk_warning, need);
    found.figure("queue_free", free, "B", limits);
    let settings = format!(
        "message_size_limit ({}), queue_minfree ({}); `df {}`, then remove what is not needed",
        postfix.place_or_main("message_size_limit"),
        postfix.place_or_main("queue_minfree"),
        queue.display()
    );
    let shown = format!("{} MiB free for the queue", (free / 1_048_576.0).floor());
    match limits.judge(free) {
        State::Ok => found.fine(),
        State::Critical => {
            let text = format!("{shown}, Postfix refuses mail below {need}");
            found.wrong(State::Critical, text, settings);
        }
        state => found.wrong(state, shown, settings),
    }
    // Some file systems have no table of inodes that could be full.
    if room.f_files > 0 {
        let inodes = room.f_favail as f64 * 100.0 / room.f_files as f64;
        let limits = at_least(INODES, 0.0);
        found.figure("queue_inodes", inodes, "%", limits);
        match limits.judge(inodes) {
            State::Ok => found.fine(),
            state => found.wrong(
                state,
                format!("{inodes:.1} % of inodes free for the queue"),
                format!("`df -i {}`, then remove small files", queue.display()),
            ),
        }
    }
    Ok(())
}

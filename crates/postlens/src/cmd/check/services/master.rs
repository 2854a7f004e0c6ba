//! The daemons: master(8) holds a lock on its file of process ID, and runs qmgr(8).

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::super::plugin::State;
use super::{Found, Scene};

/// What Linux knows of locks and processes.
const LOCKS: &str = "/proc/locks";

pub(super) fn look(scene: &Scene<'_>, found: &mut Found) {
    let postfix = scene.postfix;
    let file = postfix.in_queue(&postfix.value("process_id_directory")).join("master.pid");
    let start = format!("`{}` shows why it does not start", postfix.command("postfix") + " start");
    let remedy = format!("its lock is {}; {start}, and so does the log", file.display());
    let master = match running(&file) {
        Running::Yes(pid) => pid,
        Running::No => {
            return found.wrong(State::Critical, "master is not running", remedy);
        }
        Running::Unknown(why) => return found.unseen(why),
    };
    found.fine();
    match children(master) {
        Some(names) if names.iter().any(|name| name == "qmgr" || name == "nqmgr") => found.fine(),
        Some(_) => found.wrong(
            State::Critical,
            "the queue manager is not running",
            format!(
                "see `postlens search --kind fatal`; then `{} reload`",
                postfix.command("postfix")
            ),
        ),
        None => found.unseen("processes of other users are hidden: run as root"),
    }
}

enum Running {
    Yes(u32),
    No,
    Unknown(String),
}

fn running(file: &Path) -> Running {
    let metadata = match std::fs::metadata(file) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Running::No,
        Err(error) => return Running::Unknown(format!("{}: {error}", file.display())),
    };
    let locks = std::fs::read_to_string(LOCKS).unwrap_or_default();
    if let Some(pid) = locks.lines().find_map(|line| holder(line, &metadata)) {
        return Running::Yes(pid);
    }
    // Some file systems show locks under other numbers; the file itself is for root.
    match std::fs::read_to_string(file) {
        Ok(text) => match text.trim().parse() {
            Ok(pid) if name(pid).as_deref() == Some("master") => Running::Yes(pid),
            _ => Running::No,
        },
        Err(_) if processes().is_some_and(|mut all| !all.any(|(_, name, _)| name == "master")) => {
            Running::No
        }
        Err(error) => Running::Unknown(format!("{}: {error}", file.display())),
    }
}

/// Who holds a lock on a file, by a line of proc(5)'s `locks`.
fn holder(line: &str, file: &Metadata) -> Option<u32> {
    let mut fields = line.split_ascii_whitespace().skip(4);
    let pid = fields.next()?.parse().ok()?;
    let mut place = fields.next()?.split(':');
    let mut hexadecimal = || u32::from_str_radix(place.next()?, 16).ok();
    let device = (hexadecimal()?, hexadecimal()?);
    let inode: u64 = place.next()?.parse().ok()?;
    let own = (rustix::fs::major(file.dev()), rustix::fs::minor(file.dev()));
    (inode == file.ino() && device == own).then_some(pid)
}

/// Processes: ID, name, parent.
fn processes() -> Option<impl Iterator<Item = (u32, String, u32)>> {
    let entries = std::fs::read_dir("/proc").ok()?;
    Some(entries.flatten().filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let (name, parent) = stat(pid)?;
        Some((pid, name, parent))
    }))
}

fn name(pid: u32) -> Option<String> {
    stat(pid).map(|(name, _)| name)
}

/// A process's name and parent.
fn stat(pid: u32) -> Option<(String, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may hold anything, so it ends with the last bracket.
    let (start, rest) = text.rsplit_once(')')?;
    let (_, name) = start.split_once('(')?;
    let parent = rest.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some((name.to_owned(), parent))
}

/// The names of a process's children; `None` where they are hidden.
fn children(of: u32) -> Option<Vec<String>> {
    name(of)?;
    Some(processes()?.filter(|(_, _, parent)| *parent == of).map(|(_, name, _)| name).collect())
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::{holder, stat};

    #[test]
    fn locks_name_their_holders() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.pid");
        let file = File::create(&path).unwrap();
        let of_file = std::fs::metadata(&path).unwrap();
        let held = || {
            let locks = std::fs::read_to_string(super::LOCKS).unwrap();
            locks.lines().find_map(|line| holder(line, &of_file))
        };
        assert_eq!(held(), None);
        file.lock().unwrap();
        assert_eq!(held(), Some(std::process::id()));
    }

    #[test]
    fn processes_have_names_and_parents() {
        let (name, parent) = stat(std::process::id()).unwrap();
        assert!(!name.is_empty() && parent > 0);
    }
}

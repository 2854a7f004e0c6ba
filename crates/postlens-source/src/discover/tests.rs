use std::fs;
use std::path::{Path, PathBuf};

use super::{Arguments, Discovery, System, discover};
use crate::problem::ProblemKind;

const LINE: &str = "Nov  4 06:25:01 mx postfix/qmgr[1]: 1234567890A: removed\n";

fn find(paths: &[PathBuf]) -> Discovery {
    let nowhere = || PathBuf::from("/nowhere");
    let system = System { logs: Vec::new(), postconf: nowhere(), journalctl: nowhere() };
    discover(&Arguments { paths: paths.to_vec(), system })
}

/// The file names of each stream.
fn names(found: &Discovery) -> Vec<Vec<String>> {
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let files = found.streams.iter().map(super::Stream::files);
    files.map(|files| files.iter().map(|file| name(file.path())).collect()).collect()
}

fn directory(names: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in names {
        fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
        fs::write(dir.path().join(name), LINE).unwrap();
    }
    dir
}

#[test]
fn directories_hold_rotation_sets() {
    let dir = directory(&[
        "mail.log",
        "mail.log.1",
        "mail.log.2.gz",
        "mail.err",
        "mx2/mail.log",
        ".mail.log.swp",
    ]);
    let found = find(&[dir.path().to_owned()]);
    assert_eq!(
        names(&found),
        [vec!["mail.err"], vec!["mail.log.2.gz", "mail.log.1", "mail.log"], vec!["mail.log"]]
    );
    assert!(found.problems.is_empty());
    assert!(found.streams[1].name().ends_with("/mail.log"));
}

#[test]
fn directories_hold_other_things_too() {
    let dir = directory(&["mail.log"]);
    fs::write(dir.path().join("dpkg.log"), "2026-11-04 06:25:01 status installed postfix\n")
        .unwrap();
    fs::write(dir.path().join("wtmp"), vec![0; 5000]).unwrap();
    fs::write(dir.path().join("mail.warn"), "").unwrap();
    fs::write(dir.path().join("old.zip"), b"PK\x03\x04zip").unwrap();
    let found = find(&[dir.path().to_owned()]);
    assert_eq!(names(&found), [vec!["mail.log"], vec!["mail.warn"]]);
    let kinds = found.problems.iter().map(super::Problem::is_loss).collect::<Vec<_>>();
    assert_eq!(kinds, [false, true, false]);
    assert!(matches!(found.problems[0].error, ProblemKind::NotMail));
    assert!(matches!(
        found.problems[1].error,
        ProblemKind::Unsupported { format: "a zip archive" }
    ));
    assert!(matches!(found.problems[2].error, ProblemKind::Binary));
}

#[test]
fn each_file_once_whatever_its_names() {
    let dir = directory(&["mail.log", "mail.log.1"]);
    let path = |name: &str| dir.path().join(name);
    std::os::unix::fs::symlink(path("mail.log"), path("mail.link")).unwrap();
    fs::hard_link(path("mail.log"), path("mail.hard")).unwrap();
    let found = find(&[path("mail.log"), path("mail.link"), dir.path().to_owned(), path("mail.*")]);
    assert_eq!(names(&found), [vec!["mail.log.1", "mail.log"]]);
}

#[test]
fn patterns_and_missing_files() {
    let dir = directory(&["mail.log", "mail.log.1", "mail.warn"]);
    let path = |name: &str| dir.path().join(name);
    let found = find(&[path("mail.log*"), path("*.gz"), path("mail.info"), path("[")]);
    assert_eq!(names(&found), [vec!["mail.log.1", "mail.log"]]);
    assert!(matches!(found.problems[0].error, ProblemKind::NoMatch));
    assert!(matches!(found.problems[1].error, ProblemKind::Missing));
    assert!(matches!(found.problems[2].error, ProblemKind::Pattern(_)));
    assert!(found.problems.iter().all(|problem| problem.is_loss() && problem.hint().is_some()));
}

#[test]
fn an_interrupted_rotation_leaves_two_streams() {
    let dir = directory(&["mail.log", "mail.log.1", "mail.log.1.gz", "mail.log.2.gz"]);
    let found = find(&[dir.path().to_owned()]);
    assert_eq!(
        names(&found),
        [vec!["mail.log.2.gz", "mail.log.1", "mail.log"], vec!["mail.log.1.gz"]]
    );
}

#[test]
fn journal_files_are_read_together() {
    let dir = directory(&["mail.log"]);
    for name in ["system.journal", "user-1000.journal"] {
        fs::write(dir.path().join(name), b"LPKSHHRH and more").unwrap();
    }
    fs::write(dir.path().join("btmp"), "").unwrap();
    let found = find(&[dir.path().to_owned()]);
    assert_eq!(found.streams.len(), 2);
    assert_eq!(found.streams[1].files()[0].path(), dir.path());
    let found = find(&[dir.path().join("system.journal")]);
    assert_eq!(names(&found), [["system.journal"]]);
    assert!(found.problems.is_empty());
}

#[test]
fn a_socket_is_no_log() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let found = find(&[path, PathBuf::from("-"), PathBuf::from("-")]);
    assert!(matches!(found.problems[0].error, ProblemKind::NotAFile { kind: "a socket" }));
    assert_eq!(names(&found), [["standard input"]]);
}

#[test]
fn the_machine_has_a_log_or_a_journal_or_none() {
    let dir = directory(&["mail.log", "mail.log.1", "maillog"]);
    let pattern = |name: &str| dir.path().join(name).display().to_string();
    let system = |log: &str, journalctl: &str| System {
        logs: vec![pattern(log)],
        postconf: PathBuf::from("/nowhere/postconf"),
        journalctl: PathBuf::from(journalctl),
    };
    let search = |system| discover(&Arguments { paths: Vec::new(), system });
    assert_eq!(names(&search(system("mail.log*", "/nowhere"))), [["mail.log.1", "mail.log"]]);
    // Any program that knows --version stands for journalctl here.
    assert_eq!(names(&search(system("none", "/bin/cat"))), [["journal"]]);
    let found = search(system("none", "/nowhere"));
    assert!(matches!(found.problems[0].error, ProblemKind::NoSystemLog));
    // What Postfix says of maillog_file is asked of postconf: echo says its arguments.
    let own = System { postconf: PathBuf::from("/bin/echo"), ..system("maillog", "/nowhere") };
    assert_eq!(names(&search(own)), [["maillog"]]);
}

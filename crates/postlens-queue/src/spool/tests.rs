//! Queue files written as Postfix writes them, read back.

use std::os::unix::fs::PermissionsExt;

use super::*;

fn record(kind: u8, data: &str) -> Vec<u8> {
    postlens_testkit::queue::record(kind, data.as_bytes())
}

fn message(recipients: &[(u8, &str)]) -> Vec<u8> {
    let content = record(b'N', &"x".repeat(300));
    let mut bytes =
        record(b'C', &format!("{:15} {:15} {:15} {:15} {:15}", content.len(), 0, 1, 0, 301));
    bytes.extend(record(b'T', "1795518000 123456"));
    bytes.extend(record(b'A', "sasl_username=user7"));
    bytes.extend(record(b'S', "user@example.com"));
    for (kind, address) in recipients {
        bytes.extend(record(b'O', &format!("orig-{address}")));
        bytes.extend(record(*kind, address));
    }
    bytes.extend(record(b'p', "              0"));
    bytes.extend(record(b'M', ""));
    bytes.extend(content);
    bytes.extend(record(b'X', ""));
    bytes.extend(record(b'E', ""));
    bytes
}

fn put(root: &Path, path: &str, bytes: &[u8], mode: u32) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
}

fn scan(root: &Path) -> (Vec<Message>, Scan) {
    let mut found = Vec::new();
    let spool = Spool::open(root).unwrap();
    let scan = spool.scan(&QueueName::ALL, true, &mut |message| found.push(message));
    found.sort_by(|a, b| a.id.cmp(&b.id));
    (found, scan)
}

#[test]
fn recipients_that_wait_are_read_with_their_reasons() {
    let root = tempfile::tempdir().unwrap();
    let bytes =
        message(&[(b'D', "done@example.net"), (b'R', "a@example.net"), (b'R', "b@example.net")]);
    put(root.path(), "deferred/A/AB12CD34", &bytes, 0o700);
    let log = "recipient=b@example.net\nstatus=4.4.1\nreason=no way\n\nrecipient=done@example.net\nreason=x\n";
    put(root.path(), "defer/A/AB12CD34", log.as_bytes(), 0o600);
    let (found, scan) = scan(root.path());
    assert_eq!((scan.messages, scan.is_incomplete()), (1, false));
    let addresses: Vec<_> = found[0].recipients.iter().map(|r| r.address.to_string()).collect();
    assert_eq!(addresses, ["b@example.net", "a@example.net"]);
    assert_eq!(found[0].recipients[0].reason.as_ref().unwrap(), "no way");
    assert_eq!(found[0].recipients[1].original.as_ref().unwrap(), "orig-a@example.net");
    assert_eq!((found[0].arrival, found[0].size), (1_795_518_000, Some(301)));
    assert_eq!(found[0].origin.as_ref().unwrap().sasl_username.as_ref().unwrap(), "user7");
    assert!(found[0].next_attempt.is_some());
}

#[test]
fn cut_foreign_and_unfinished_files_are_told_apart() {
    let root = tempfile::tempdir().unwrap();
    let bytes = message(&[(b'R', "a@example.net")]);
    fs::create_dir(root.path().join("deferred")).unwrap();
    put(root.path(), "active/AB12CD01", &bytes, 0o700);
    put(root.path(), "active/AB12CD02", &bytes[..bytes.len() - 3], 0o700);
    put(root.path(), "active/AB12CD03", b"#!/bin/sh\n", 0o700);
    put(root.path(), "incoming/AB12CD04", &bytes[..40], 0o600);
    put(root.path(), "incoming/README", b"x", 0o644);
    put(root.path(), "active/core.1234", b"x", 0o600);
    put(root.path(), "corrupt/AB12CD05", b"x", 0o600);
    put(root.path(), "hold/AB12CD01", &bytes, 0o700);
    let (found, scan) = scan(root.path());
    assert_eq!(found.len(), 1, "a message counts once");
    assert_eq!((scan.failed, scan.unfinished, scan.foreign, scan.aside), (2, 2, 1, 1));
    let mut words: Vec<String> = scan.failures.iter().map(ToString::to_string).collect();
    words.sort();
    assert!(words[0].contains("cut short at byte"), "{words:?}");
    assert!(words[1].contains("unknown record at byte 1"), "{words:?}");
}

#[test]
fn pointers_are_followed_and_do_not_lead_in_circles() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("deferred")).unwrap();
    let mut circle = record(b'S', "");
    circle.extend(record(b'p', "              2"));
    put(root.path(), "deferred/AB12CD01", &circle, 0o700);
    // The recipient was replaced: its record stands at the end, and leads back.
    let head = record(b'S', "user@example.com");
    let pointer = |to: usize| record(b'p', &format!("{to:15}"));
    let rest: Vec<u8> = [record(b'M', ""), record(b'X', ""), record(b'E', "")].concat();
    let back = head.len() + 17;
    let end = back + rest.len();
    let edited =
        [head, pointer(end), rest, record(b'R', "new@example.net"), pointer(back)].concat();
    put(root.path(), "deferred/AB12CD02", &edited, 0o700);
    let (found, scan) = scan(root.path());
    assert_eq!(scan.failed, 1);
    assert!(scan.failures[0].to_string().contains("circles"));
    assert_eq!(found[0].recipients[0].address, "new@example.net");
}

#[test]
fn a_directory_that_is_no_queue_is_refused() {
    let root = tempfile::tempdir().unwrap();
    assert!(matches!(Spool::open(root.path()), Err(SpoolError::Foreign { .. })));
    assert!(matches!(Spool::open(root.path().join("no")), Err(SpoolError::Unreadable { .. })));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_fail(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), cut in 0..500usize, at in 0..500usize, byte: u8) {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("deferred")).unwrap();
        put(root.path(), "deferred/AB12CD01", &bytes, 0o700);
        let mut changed = message(&[(b'R', "a@example.net")]);
        if let Some(place) = changed.get_mut(at) { *place = byte; }
        changed.truncate(cut.max(1));
        put(root.path(), "deferred/AB12CD02", &changed, 0o700);
        let (found, scan) = scan(root.path());
        proptest::prop_assert_eq!(found.len() as u64 + scan.failed, 2);
    }
}

//! Python's GELF libraries: graypy.

use std::path::Path;
use std::process::Command;

use postlens_receive::Protocol;
use postlens_syntax::Entry;
use postlens_testkit::python::environment;

use super::inbox::Inbox;

/// Sends three messages, one of them too long for a datagram.
fn send(inbox: &Inbox, handler: &str) -> Vec<String> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gelf");
    let python = environment(&directory, &["graypy==2.1.0"]).unwrap().join("python");
    let script = format!(
        "import logging, graypy, random, string\n\
         handler = graypy.{handler}\n\
         handler.level_names = False\n\
         log = logging.getLogger('postfix/qmgr'); log.setLevel(logging.INFO); log.addHandler(handler)\n\
         log.info('4jYXrC3hT6z1SZfq: removed', extra={{'app_name': 'postfix/qmgr', 'pid': 77}})\n\
         log.info('Nov 24 06:25:01 mx postfix/qmgr[7]: 4jYXrC3hT6z1SZfq: removed')\n\
         random.seed(1)\n\
         log.info('warning: ' + ''.join(random.choices(string.printable[:62], k=20000)))\n\
         handler.close()\n",
    );
    assert!(Command::new(python).args(["-c", &script]).status().unwrap().success());
    inbox.lines(3)
}

#[track_caller]
fn check(inbox: &Inbox, handler: &str) {
    let lines = send(inbox, &handler.replace("PORT", &inbox.port()));
    assert_eq!(lines.len(), 3);
    let mut lines = lines;
    // Datagrams may overtake each other.
    lines.sort_by_key(|line| (line.len() > 10_000, line.contains("qmgr[7]")));
    for (place, line) in lines.iter().enumerate() {
        let entry = Entry::parse(line.as_bytes());
        match place {
            0 => {
                assert_eq!(entry.tag.program, "postfix/qmgr");
                assert_eq!(
                    (entry.pid, entry.text.to_string().as_str()),
                    (Some(77), "4jYXrC3hT6z1SZfq: removed")
                );
            }
            1 => assert_eq!(
                (entry.tag.program.to_string().as_str(), entry.pid),
                ("postfix/qmgr", Some(7))
            ),
            _ => assert_eq!(entry.text.len(), 20_009),
        }
    }
    let counts = inbox.receiver.counts();
    assert_eq!((counts.cut, counts.lost), (0, 0), "{counts:?}");
}

#[test]
fn datagrams_compressed_and_in_chunks() {
    check(&Inbox::new(Protocol::GelfUdp, None), "GELFUDPHandler('127.0.0.1', PORT, compress=True)");
}

#[test]
fn streams() {
    check(&Inbox::new(Protocol::GelfTcp, None), "GELFTCPHandler('127.0.0.1', PORT)");
}

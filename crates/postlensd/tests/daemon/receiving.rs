//! What comes over the network and from the journal.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use postlens_testkit::{Config, Until, generate_in_memory};
use serde_json::Value;

use crate::drive::Home;
use crate::truth;

const COUNT: &str = "SELECT count(*) FROM events";

/// A port that is free now.
fn port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn table(protocol: &str, port: u16) -> String {
    format!("spool_mib = 1\n{}", listen(protocol, port))
}

fn connect(port: u16) -> TcpStream {
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => return stream,
            Err(error) => assert!(Instant::now() < end, "{error}"),
        }
        sleep(Duration::from_millis(50));
    }
}

/// Waits until the daemon has received so many messages.
#[track_caller]
fn received(home: &Home, messages: u64) {
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        let health: Value = home.say(&["health", "--json"]).out.parse().unwrap();
        let sources = health.get("sources").and_then(Value::as_array).unwrap();
        let count = |source: &Value| source.pointer("/received/messages")?.as_u64();
        if sources.iter().filter_map(count).sum::<u64>() == messages {
            return;
        }
        assert!(Instant::now() < end, "{messages}: {health}");
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn what_arrived_is_there_once_whatever_happens() {
    let home = Home::new();
    let port = port();
    home.configure(1, &table("syslog-tcp", port));
    let config = Config { seed: 31, until: Until::Messages(6000), ..Config::default() };
    let (log, truth, totals) = generate_in_memory(config);
    let lines: Vec<_> = log.split_inclusive(|byte| *byte == b'\n').collect();
    for (number, slice) in lines.chunks(lines.len() / 12 + 1).enumerate() {
        let daemon = home.run(|_| ());
        let mut stream = connect(port);
        stream.write_all(&slice.concat()).unwrap();
        received(&home, slice.len() as u64);
        sleep(Duration::from_millis(number as u64 * 317 % 1500));
        daemon.kill();
    }
    let daemon = home.run(|_| ());
    home.wait_for(COUNT, i64::try_from(totals.lines).unwrap());
    // Files of which all is in the tables are removed.
    let left = || std::fs::read_dir(home.path("store/spool")).unwrap().count();
    let end = Instant::now() + Duration::from_mins(1);
    while left() > 2 {
        assert!(Instant::now() < end, "{} files", left());
        sleep(Duration::from_millis(200));
    }
    assert!(log.len() > 4 << 20, "{} bytes are no more than a file", log.len());
    assert_eq!(daemon.stop().0, Some(0));
    truth::check(&home, &log, &truth);
    assert_eq!(home.say(&["store", "check"]).out, "all is well\n");
}

#[test]
fn addresses_come_and_go_by_a_reload() {
    let home = Home::new();
    let (udp, tcp) = (port(), port());
    home.write("mail.log", "");
    home.configure(1, &home.log_table("mail.log"));
    let daemon = home.run(|_| ());
    sleep(Duration::from_millis(500));
    assert!(TcpStream::connect(("127.0.0.1", tcp)).is_err());
    home.configure(1, &(table("gelf-udp", udp) + &listen("syslog-tcp", tcp)));
    daemon.signal("HUP");
    let mut stream = connect(tcp);
    stream.write_all(b"<22>Nov 24 10:00:00 mx postfix/qmgr[7]: 4F0A100001: removed\n").unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let message = r#"{"version":"1.1","host":"mx","short_message":"4F0A100002: removed","timestamp":1795514400.5,"level":6,"_app_name":"postfix/qmgr"}"#;
    socket.send_to(message.as_bytes(), ("127.0.0.1", udp)).unwrap();
    home.wait_for(COUNT, 2);
    let rows = home.sql("SELECT queue_id, program, host, line FROM events ORDER BY queue_id");
    assert_eq!(rows[0]["line"], "<22>Nov 24 10:00:00 mx postfix/qmgr[7]: 4F0A100001: removed");
    assert_eq!(rows[1]["queue_id"], "4F0A100002");
    assert_eq!(rows[1]["program"], "postfix/qmgr");
    // An address that another has is told; the rest is done.
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().port();
    home.configure(1, &(table("syslog-tcp", taken) + &listen("syslog-udp", udp)));
    daemon.signal("HUP");
    let end = Instant::now() + Duration::from_mins(1);
    while TcpStream::connect(("127.0.0.1", tcp)).is_ok() {
        assert!(Instant::now() < end);
        sleep(Duration::from_millis(100));
    }
    sleep(Duration::from_millis(500));
    let line = "<22>Nov 24 10:00:01 mx postfix/qmgr[7]: 4F0A100003: removed";
    socket.send_to(line.as_bytes(), ("127.0.0.1", udp)).unwrap();
    home.wait_for(COUNT, 3);
    let (code, said) = daemon.stop();
    assert_eq!(code, Some(0));
    let said = said.join("\n");
    assert!(said.contains(&format!("error: cannot listen at 127.0.0.1:{taken}")), "{said}");
    assert!(said.contains("hint: another program listens there"), "{said}");
}

fn listen(protocol: &str, port: u16) -> String {
    format!("[[listen]]\nprotocol = '{protocol}'\naddress = '127.0.0.1:{port}'\n")
}

#[test]
fn the_journal_is_followed() {
    let home = Home::new();
    std::fs::create_dir(home.path("journal")).unwrap();
    let record = |number: u32| {
        format!(
            "__REALTIME_TIMESTAMP=179550000{number:07}\n__MONOTONIC_TIMESTAMP={number}\n\
             _BOOT_ID=4e7d6a0c1f0b4c1a9f6a3e0d5b2c8f71\n_HOSTNAME=mx\nPRIORITY=6\n\
             SYSLOG_FACILITY=2\nSYSLOG_IDENTIFIER=postfix/qmgr\nSYSLOG_PID=7\n\
             MESSAGE=4F0A{number:06}: removed\n\n"
        )
    };
    let write = |numbers: std::ops::Range<u32>| {
        let mut remote = Command::new("/lib/systemd/systemd-journal-remote");
        remote.arg("--output").arg(home.path("journal/a.journal")).arg("-");
        let mut child = remote
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let text: String = numbers.map(record).collect();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    };
    write(1..300);
    let directory = home.path("journal");
    home.configure(1, &format!("[[journal]]\ndirectory = '{}'\n", directory.display()));
    let daemon = home.run(|_| ());
    home.wait_for(COUNT, 299);
    daemon.kill();
    write(300..400);
    let daemon = home.run(|_| ());
    home.wait_for(COUNT, 399);
    assert_eq!(home.number("SELECT count(DISTINCT queue_id) FROM events"), 399);
    assert_eq!(daemon.stop(), (Some(0), Vec::new()));
}

//! Questions over the socket: who may ask, what is written down, and what ends a query.

use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use postlens_client::{ClientError, Daemon as Asked};
use serde_json::{Value, json};

use crate::drive::Home;

const LINE: &str =
    "2026-11-03T10:00:01+01:00 mx postfix/smtpd[7]: connect from a.example.net[192.0.2.1]\n";

/// A query without an end.
const ENDLESS: &str = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) \
                       SELECT count(*) FROM n";

fn ask(home: &Home, query: &str, seconds: u64) -> Result<String, String> {
    let question = json!({ "query": query, "format": "csv", "seconds": seconds }).to_string();
    let reply = Asked::of_store(&home.path("store")).post("/sql", question.as_bytes());
    let reply = reply.map_err(|error| format!("{error}; {}", error.hint().unwrap_or_default()))?;
    reply.text().map_err(|error| error.to_string())
}

/// The lines of the audit log.
fn audit(home: &Home) -> Vec<Value> {
    let text = std::fs::read_to_string(home.path("store/audit.log")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
fn wait_for_audit(home: &Home, status: &str) -> Value {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let found = audit(home).into_iter().find(|line| line["status"] == status);
        if let Some(found) = found {
            return found;
        }
        assert!(Instant::now() < end, "{:?}", audit(home));
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn questions_are_answered_and_written_down() {
    let home = Home::new();
    home.write("mail.log", LINE);
    let daemon = home.follow(3600);
    home.wait_for("SELECT count(*) FROM events", 1);
    assert_eq!(ask(&home, "SELECT 1 AS a, '=x' AS b", 9).unwrap(), "a,b\n1,'=x\n");
    let done = audit(&home).pop().unwrap();
    assert_eq!(
        (&done["status"], &done["rows"], &done["uid"]),
        (&"done".into(), &1.into(), &0.into())
    );
    assert!(done["question"].as_str().unwrap().contains("SELECT 1 AS a"), "{done}");
    assert!(ask(&home, "SELECT nothing", 9).unwrap_err().contains("nothing"));
    assert_eq!(audit(&home).pop().unwrap()["status"], "failed");
    let asked = Asked::of_store(&home.path("store"));
    let health: Value =
        serde_json::from_str(&asked.get("/health").unwrap().text().unwrap()).unwrap();
    assert!(health["sources"].is_array());
    assert!(matches!(asked.get("/"), Err(ClientError::Refused { status: 404, .. })));
    assert!(matches!(asked.post("/sql", b"{"), Err(ClientError::Refused { status: 400, .. })));
    assert_eq!(daemon.stop().0, Some(0));
}

#[test]
fn a_query_ends_with_its_time_or_its_asker() {
    let home = Home::new();
    home.write("mail.log", LINE);
    let daemon = home.follow(3600);
    home.wait_for("SELECT count(*) FROM events", 1);
    let start = Instant::now();
    let error = ask(&home, ENDLESS, 1).unwrap_err();
    assert!(error.contains("ended after 1 seconds"), "{error}");
    assert!(error.contains("query_seconds"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    // Whoever goes away is not worked for.
    let program = env!("CARGO_BIN_EXE_postlensd");
    let store = home.path("store");
    let mut asker =
        Command::new(program).args(["sql", ENDLESS, "--store"]).arg(store).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(800));
    asker.kill().unwrap();
    asker.wait().unwrap();
    let cancelled = wait_for_audit(&home, "cancelled");
    assert!(cancelled["seconds"].as_f64().unwrap() < 20.0, "{cancelled}");
    assert_eq!(ask(&home, "SELECT 1 AS a", 9).unwrap(), "a\n1\n");
    assert_eq!(daemon.stop().0, Some(0));
}

#[test]
fn not_everybody_may_ask() {
    let home = Home::new();
    home.write("mail.log", LINE);
    let daemon = home.follow(3600);
    home.wait_for("SELECT count(*) FROM events", 1);
    // Files for everybody, so that it is the daemon that says no.
    let open = Command::new("chmod").arg("-R").arg("a+rX").arg(home.path("")).status().unwrap();
    assert!(open.success());
    let program = home.path("postlensd");
    std::fs::copy(env!("CARGO_BIN_EXE_postlensd"), &program).unwrap();
    let mut nobody = Command::new(program);
    nobody.args(["sql", "SELECT 1", "--store"]).arg(home.path("store")).uid(65_534).gid(65_534);
    let said = nobody.output().unwrap();
    let error = String::from_utf8(said.stderr).unwrap();
    assert_eq!(said.status.code(), Some(2), "{error}");
    assert!(error.contains("this user may not ask") && error.contains("ask_users"), "{error}");
    let refused = wait_for_audit(&home, "failed");
    assert_eq!((&refused["uid"], &refused["error"]), (&65_534.into(), &"not allowed".into()));
    assert_eq!(daemon.stop().0, Some(0));
}

#[test]
fn formats() {
    let home = Home::new();
    home.write("mail.log", LINE);
    let daemon = home.follow(3600);
    home.wait_for("SELECT count(*) FROM events", 1);
    let cases = [
        ("table", "a  b\n1  -\n2  x\n"),
        ("csv", "a,b\n1,\n2,x\n"),
        ("json", "[\n{\"a\":1,\"b\":null},\n{\"a\":2,\"b\":\"x\"}\n]\n"),
        ("ndjson", "{\"a\":1,\"b\":null}\n{\"a\":2,\"b\":\"x\"}\n"),
    ];
    for (format, expected) in cases {
        let query = "SELECT * FROM (VALUES (1, NULL), (2, 'x')) AS t (a, b) ORDER BY a";
        assert_eq!(home.say(&["sql", "--format", format, query]).out, expected, "{format}");
        let none = home.say(&["sql", "--format", format, "SELECT 1 AS a WHERE false"]);
        let expected = match format {
            "table" => "(no rows)\n",
            "csv" => "a\n",
            "json" => "[]\n",
            _ => "",
        };
        assert_eq!(none.out, expected, "{format}");
    }
    let mut lines = String::new();
    let asked = Asked::of_store(&home.path("store"));
    let logs: Value = serde_json::from_str(&asked.get("/logs").unwrap().text().unwrap()).unwrap();
    let log = &logs[0][0];
    let target =
        format!("/lines?log={}&first={}&last={}", log[0].as_str().unwrap(), log[1], log[2]);
    let mut reply = asked.get(&target).unwrap();
    assert_eq!(reply.header("postlens-offset"), Some("0"));
    reply.read_to_string(&mut lines).unwrap();
    assert_eq!(lines, LINE);
    // A period without lines has an answer too.
    let none = format!("/lines?log={}&first=9&last=8", log[0].as_str().unwrap());
    assert_eq!(asked.get(&none).unwrap().text().unwrap(), "");
    assert_eq!(daemon.stop().0, Some(0));
}

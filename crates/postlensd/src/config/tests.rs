use std::path::Path;

use super::origin::Origin;
use super::{Config, EXAMPLE, Loaded, load};

fn read(text: &str, set: &[&str]) -> anyhow::Result<Loaded> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("postlensd.toml");
    std::fs::write(&file, text).unwrap();
    let set: Vec<_> = set.iter().map(|setting| (*setting).to_owned()).collect();
    load(&file, &set)
}

#[track_caller]
fn mistake(text: &str, expected: &str) {
    let error = format!("{:#}", read(text, &[]).unwrap_err());
    assert!(error.contains(expected), "{error}");
}

const LEAST: &str = "[[log]]\npath = '/var/log/mail.log'\n";

#[test]
fn defaults() {
    let Config { store, commit_seconds, commit_mib, keep_days, .. } =
        read(LEAST, &[]).unwrap().config;
    assert_eq!(store, Path::new("/var/lib/postlensd"));
    assert_eq!((commit_seconds, commit_mib, keep_days), (60, 64, None));
}

#[test]
fn mistakes_are_told_with_their_place() {
    mistake(&format!("kept_days = 3\n{LEAST}"), "line 1");
    mistake(&format!("\ntz = 'Nowhere/There'\n{LEAST}"), "postlensd.toml:2: give an IANA name");
    mistake(&format!("commit_seconds = 0\n{LEAST}"), "postlensd.toml:1: commit_seconds must not");
    mistake(&format!("store = 1\n{LEAST}"), "line 1");
    mistake("log = []\n", "postlensd.toml:1: nothing to follow");
    mistake(&format!("{LEAST}\n{LEAST}"), "postlensd.toml:5: /var/log/mail.log is named twice");
    mistake(&format!("{LEAST}tz = 'There'\n"), "postlensd.toml:3: give an IANA name");
}

#[test]
fn mistakes_of_sources_are_told_with_their_place() {
    let listen =
        |protocol: &str| format!("[[listen]]\nprotocol = '{protocol}'\naddress = '[::1]:5140'\n");
    assert!(read(&listen("syslog-udp"), &[]).is_ok());
    mistake(&listen("syslog-tls"), "postlensd.toml:1: syslog-tls needs `certificate` and `key`");
    mistake(&listen("syslog"), "one of syslog-udp, syslog-tcp, ");
    mistake(&format!("{0}{0}", listen("gelf-tcp")), "postlensd.toml:4: [::1]:5140 is named twice");
    mistake("[[listen]]\nprotocol = 'gelf-udp'\naddress = 'mx:514'\n", "line 3");
    mistake(&format!("{}key = 'a'\n", listen("gelf-udp")), "postlensd.toml:1: gelf-udp has no TLS");
    mistake(&format!("{}message_kib = 0\n", listen("gelf-udp")), "postlensd.toml:4: message_kib");
    assert!(read("[[journal]]\n", &[]).is_ok());
    mistake(
        "[[journal]]\n[[journal]]\nunits = ['a']\n",
        "postlensd.toml:2: the journal is named twice",
    );
}

#[test]
fn the_command_line_stands_above_the_file() {
    let text = format!("commit_seconds = 5\n{LEAST}");
    let loaded = read(&text, &["commit_seconds=7", "tz=Asia/Tokyo"]).unwrap();
    assert_eq!(loaded.config.commit_seconds, 7);
    assert_eq!(loaded.config.tz.as_deref(), Some("Asia/Tokyo"));
    assert_eq!(loaded.origins.of_path("commit_seconds"), Origin::Option);
    assert_eq!(loaded.origins.of_path("commit_mib"), Origin::Default);
    let path = loaded.origins.of(&["log".into(), 0.into(), "path".into()]).to_string();
    assert!(path.ends_with("postlensd.toml:3"), "{path}");
    assert!(read(&text, &["commit_seconds=many"]).is_err());
    assert!(read(&text, &["commit_seconds"]).is_err());
}

#[test]
fn the_example_is_right_also_with_all_that_is_commented_out() {
    assert!(read(EXAMPLE, &[]).is_ok());
    // Settings stand behind `#`, words behind `# `.
    let all: String = EXAMPLE
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with([' ', '#']) => format!("{setting}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let loaded = read(&all, &[]).unwrap();
    let keys = serde_json::to_value(&loaded.config).unwrap();
    for (name, _) in keys.as_object().unwrap() {
        assert_ne!(loaded.origins.of_path(name), Origin::Default, "{name} is not in the example");
    }
}

//! The queue of a real Postfix, held against Postfix's own programs.
//!
//! `lab/queue.sh` starts it in private namespaces (root only), lets messages wait for
//! different causes and gives them ages.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::process::Command;

use serde_json::Value;

#[path = "queue/lab.rs"]
mod lab;

use lab::{Lab, text};

const MESSAGES: usize = 240;

impl Lab {
    fn objects(&self, args: &[&str]) -> Vec<Value> {
        let output = self.postlens(&[&["queue", "--format", "json"], args].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        output
            .stdout
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }
}

/// Rows with equal counts stand in a random order in the original.
fn settled(table: &str) -> Vec<String> {
    let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
    lines.get_mut(2..).unwrap().sort();
    lines
}

#[test]
fn a_real_queue_is_read_as_postfix_reads_it() {
    let lab = &Lab::up(MESSAGES);
    for options in [
        "",
        "-s",
        "-p",
        "-p -m 2",
        "-l -b 4",
        "-b 3 -t 60",
        "-w 120 -b 14",
        "-b 1",
        "-b 14",
        "-t 0.5",
        "-s -p -l",
        "-plb6",
        "-m 1 -p -w 100",
    ] {
        let mut args: Vec<&str> = options.split_whitespace().collect();
        args.extend(["deferred", "hold"]);
        // A message may pass a limit of age between the two; hardly three times.
        for left in (0..3).rev() {
            let theirs = lab.run(&[&["qshape"], &args[..]].concat());
            let ours = lab.postlens(&[&["qshape"], &args[..]].concat());
            assert!(ours.status.success(), "{}", text(&ours.stderr));
            assert!(text(&ours.stdout).lines().count() > 4);
            let (ours, theirs) = (settled(&text(&ours.stdout)), settled(&text(&theirs.stdout)));
            if ours == theirs {
                break;
            }
            assert!(left > 0, "{options}: {ours:#?}\n{theirs:#?}");
        }
    }
    let theirs = text(&lab.run(&["postqueue", "-p"]).stdout);
    for way in ["files", "postqueue", "showq"] {
        let ours = text(&lab.postlens(&["queue", "--strict-compat", "--via", way]).stdout);
        let differing = ours.lines().zip(theirs.lines()).find(|(ours, theirs)| ours != theirs);
        assert_eq!(differing, None, "{way}");
        assert_eq!(ours.len(), theirs.len(), "{way}");
    }
    assert_eq!(lab.objects(&[]).len(), MESSAGES);
    let json = lab.run(&["postqueue", "-j"]);
    let theirs = json.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let theirs: Vec<Value> = theirs.map(|line| serde_json::from_slice(line).unwrap()).collect();
    let ours = lab.objects(&["--sort", "none"]);
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours["queue_id"], theirs["queue_id"]);
        assert_eq!(ours["size"], theirs["message_size"]);
        let reasons = |value: &Value, address: &str, reason: &str| -> Vec<(Value, Value)> {
            let all = value["recipients"].as_array().unwrap();
            all.iter()
                .map(|to| (to[address].clone(), to.get(reason).cloned().unwrap_or(Value::Null)))
                .collect()
        };
        assert_eq!(reasons(ours, "recipient", "reply"), reasons(theirs, "address", "delay_reason"));
    }
    filters_choose(lab);
    causes_are_told(lab);
    plugins_tell_states(lab);
}

fn causes_are_told(lab: &Lab) {
    let output = lab.postlens(&["queue", "why", "--json"]);
    let why: Value = serde_json::from_slice(&output.stdout).unwrap();
    let groups = why["groups"].as_array().unwrap();
    assert_eq!(groups[0]["local"], true, "what is broken here comes first");
    let of = |cause: &str| groups.iter().find(|group| group["cause"] == cause).unwrap();
    assert_eq!(of("mailbox_full")["recipients"], MESSAGES / 6);
    assert_eq!(of("mailbox_full")["destinations"]["full.example"], MESSAGES / 6);
    let text_of = |lang: &str| text(&lab.postlens(&["queue", "why", "--lang", lang]).stdout);
    let said = text_of("en");
    assert!(said.find("Remove the causes").unwrap() < said.find("postlens queue retry").unwrap());
    assert!(!said.contains("queue-why") && !text_of("ja").contains("queue-why"), "{said}");
}

fn plugins_tell_states(lab: &Lab) {
    let check = |args: &[&str]| {
        let output = lab.postlens(&[&["check", "queue"], args].concat());
        (output.status.code().unwrap(), text(&output.stdout))
    };
    let unsent = MESSAGES - MESSAGES / 12;
    let (code, said) = check(&[]);
    assert!(
        code == 0 && said.starts_with("POSTLENS QUEUE OK - ") && said.lines().count() == 1,
        "{said}"
    );
    assert!(said.contains(&format!("unsent={unsent};;;0 ")), "{said}");
    assert_eq!(check(&["--warning", "10", "--critical", "1000"]).0, 1);
    assert_eq!(check(&["--age-critical", "1d"]).0, 2);
    assert_eq!(check(&["--spool", "/nowhere"]).0, 3);
    assert_eq!(check(&["--no-such-option"]).0, 3);
}

fn filters_choose(lab: &Lab) {
    let full = lab.objects(&["--cause", "mailbox_full"]);
    assert_eq!(full.len(), MESSAGES / 6);
    assert!(full.iter().all(|message| {
        text(message["recipients"][0]["recipient"].as_str().unwrap().as_bytes())
            .ends_with("@full.example")
    }));
    assert_eq!(lab.objects(&["--sender", "<>"]).len(), MESSAGES / 12);
    assert_eq!(lab.objects(&["--queue", "hold"]).len(), MESSAGES / 12);
    let old = lab.objects(&["--older-than", "2d"]);
    assert!(
        !old.is_empty() && old.iter().all(|message| message["age"].as_i64().unwrap() > 172_800)
    );
    let nobody = lab.run(&[
        "setpriv",
        "--reuid=65534",
        "--clear-groups",
        env!("CARGO_BIN_EXE_postlens"),
        "queue",
    ]);
    let said = text(&nobody.stdout);
    assert!(
        said.contains("postqueue -j") && said.contains("only root"),
        "{said}{}",
        text(&nobody.stderr)
    );
}

#[test]
fn messages_are_held_released_requeued_and_deleted() {
    let lab = Lab::up(24);
    let act = |args: &[&str]| {
        let output = lab.postlens(&[&["queue"], args].concat());
        (output.status.code().unwrap(), text(&output.stdout) + &text(&output.stderr))
    };
    let count = |args: &[&str]| lab.objects(args).len();
    assert_eq!(count(&["--queue", "hold"]), 2);
    // Nothing is done unasked.
    let (code, said) = act(&["hold", "--domain", "full.example"]);
    assert!(code == 2 && said.contains("--yes"), "{said}");
    let (code, said) = act(&["delete", "--yes"]);
    assert!(code == 2 && said.contains("--all"), "{said}");
    let (code, said) = act(&["hold", "--domain", "full.example", "--dry-run"]);
    assert!(code == 0 && said.starts_with("4 messages would be put on hold"), "{said}");
    assert_eq!(count(&["--queue", "hold"]), 2);

    let (code, said) = act(&["hold", "--domain", "full.example", "--yes"]);
    assert!(code == 0 && said.contains("hold: 4 of 4 messages done, 0 left alone"), "{said}");
    assert_eq!(count(&["--queue", "hold"]), 6);
    let (code, said) = act(&["release", "--domain", "full.example", "--yes"]);
    assert!(code == 0 && said.contains("release: 4 of 4"), "{said}");
    let (code, said) = act(&["expire", "--domain", "dns.example", "--yes"]);
    assert!(code == 0 && said.contains("expire: 2 of 2"), "{said}");
    assert_eq!(lab.objects(&["--domain", "dns.example"])[0]["forced_expire"], true);
    let (code, said) = act(&["delete", "--domain", "paused.example", "--yes"]);
    assert!(code == 0 && said.contains("delete: 2 of 2"), "{said}");
    assert_eq!(count(&["--domain", "paused.example"]), 0);
    let (code, said) = act(&["retry", "--domain", "sub.example", "--yes"]);
    assert!(code == 0 && said.contains("retry: 2 of 2"), "{said}");
    let before = lab.objects(&["--queue", "hold"])[0]["queue_id"].clone();
    let (code, said) = act(&["requeue", "--queue", "hold", "--yes"]);
    assert!(code == 0 && said.contains("requeue: 2 of 2"), "{said}");
    // They are in maildrop until pickup(8) takes them, or held again under another name.
    let held = lab.objects(&["--queue", "hold"]);
    assert!(held.iter().all(|message| message["queue_id"] != before), "{before} is where it was");
    let log = std::fs::read_to_string(lab.dir.path().join("var/log/mail.log")).unwrap();
    assert!(
        log.contains("queue hold for ") && log.contains(": 4 messages: "),
        "no line of what was done"
    );
}

#[test]
fn what_is_no_queue_is_said_to_be_none() {
    let dir = tempfile::tempdir().unwrap();
    let postlens =
        |args: &[&str]| Command::new(env!("CARGO_BIN_EXE_postlens")).args(args).output().unwrap();
    let output = postlens(&["queue", "--spool", dir.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.contains("is no Postfix queue directory") && said.contains("hint: "), "{said}");
    let missing = dir.path().join("none");
    let output = postlens(&["qshape", missing.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "a table of zeros is not all");
    assert!(text(&output.stderr).contains("cannot read"));
    let output = postlens(&["qshape", "-z"]);
    assert_eq!(output.status.code(), Some(255));
    assert!(text(&output.stderr).contains("Unknown option: z"));
}

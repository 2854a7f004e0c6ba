//! Queue files, held against what the real postcat(1) makes of them: those of a real Postfix,
//! edited by a milter and by header checks, and generated ones.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use postlens_queue::{Message, QueueName, Recipient, is_queue_id, read_file};
use postlens_testkit::queue::record;

#[path = "queue/lab.rs"]
mod lab;

use lab::{Lab, text};

/// A line of postcat: kind of record and its value.
type Line = (u8, Vec<u8>);

/// The envelopes of files, with the numbers of the kinds of records.
fn envelopes(lab: &Lab, files: &[PathBuf]) -> BTreeMap<PathBuf, Vec<Line>> {
    let mut found: BTreeMap<PathBuf, Vec<Line>> = BTreeMap::new();
    for some in files.chunks(100) {
        let mut command = vec!["postcat", "-e", "-d"];
        command.extend(some.iter().map(|path| path.to_str().unwrap()));
        let output = lab.run(&command);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let mut path = PathBuf::new();
        for line in output.stdout.split(|byte| *byte == b'\n') {
            let shown = text(line);
            if let Some((_, rest)) = shown.split_once("*** ENVELOPE RECORDS ") {
                path = rest.strip_suffix(" ***").unwrap().into();
                found.insert(path.clone(), Vec::new());
                continue;
            }
            let Some((kind, _)) = shown.trim_start().split_once(' ') else { continue };
            let Ok(kind) = kind.parse::<u8>() else { continue };
            let begin = line.windows(2).position(|two| two == b": ");
            let value = begin.map(|at| line[at + 2..].to_vec()).unwrap_or_default();
            found.get_mut(&path).unwrap().push((kind, value));
        }
    }
    found
}

/// What a message's envelope says, in postcat's terms.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    arrival: String,
    size: Option<u64>,
    sender: String,
    filter: Option<String>,
    client: Option<String>,
    login: Option<String>,
    /// Address, and address before rewriting.
    recipients: Vec<(String, Option<String>)>,
}

fn theirs(lines: &[Line]) -> Told {
    let first =
        |wanted: u8| lines.iter().find(|(kind, _)| *kind == wanted).map(|(_, value)| text(value));
    let last =
        |wanted: u8| lines.iter().rfind(|(kind, _)| *kind == wanted).map(|(_, value)| text(value));
    let attribute = |name: &str| {
        let all = lines.iter().filter(|(kind, _)| *kind == b'A').map(|(_, value)| text(value));
        all.filter_map(|value| Some(value.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
            .next_back()
    };
    let mut recipients = Vec::new();
    let mut original = None;
    for (kind, value) in lines {
        match kind {
            b'O' => original = Some(text(value)).filter(|address| !address.is_empty()),
            b'R' => recipients.push((text(value), original.take())),
            b'D' | b'/' => original = None,
            _ => {}
        }
    }
    let size = first(b'C').unwrap_or_default();
    Told {
        arrival: first(b'T').unwrap_or_default(),
        size: size.split_whitespace().nth(4).and_then(|size| size.parse().ok()),
        sender: first(b'S').unwrap_or_default(),
        filter: last(b'L'),
        client: attribute("log_client_address"),
        login: attribute("sasl_username"),
        recipients,
    }
}

fn ours(message: &Message) -> Told {
    let time = jiff::Timestamp::from_second(message.arrival).unwrap();
    let shown = |bytes: &[u8]| text(bytes);
    let origin = message.origin.as_deref();
    let to = |to: &Recipient| (shown(&to.address), to.original.as_ref().map(|bytes| shown(bytes)));
    Told {
        arrival: time.strftime("%a %b %e %H:%M:%S %Y").to_string(),
        size: message.size,
        sender: shown(&message.sender),
        filter: origin.and_then(|origin| origin.filter.as_ref()).map(|bytes| shown(bytes)),
        client: origin.and_then(|origin| origin.client_address.as_ref()).map(|bytes| shown(bytes)),
        login: origin.and_then(|origin| origin.sasl_username.as_ref()).map(|bytes| shown(bytes)),
        recipients: message.recipients.iter().map(to).collect(),
    }
}

#[track_caller]
fn check(lab: &Lab, files: &[PathBuf]) -> BTreeMap<PathBuf, Vec<Line>> {
    let all = envelopes(lab, files);
    assert_eq!(all.len(), files.len());
    for (path, lines) in &all {
        let id = path.file_name().unwrap().to_str().unwrap();
        let message = read_file(QueueName::Deferred, id, path).unwrap();
        assert_eq!(ours(&message), theirs(lines), "{}: {lines:?}", path.display());
    }
    all
}

/// The files below a directory of the queue.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if is_queue_id(entry.file_name().as_encoded_bytes()) {
            found.push(path);
        }
    }
    found
}

#[test]
fn files_are_read_as_postcat_reads_them() {
    let lab = Lab::up(24);
    let vary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lab/queue_vary.py");
    let output = lab.run(&["/usr/bin/python3", vary.to_str().unwrap()]);
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    let spool = lab.dir.path().join("var/spool/postfix");
    let mut all = files(&spool.join("deferred"));
    all.extend(files(&spool.join("hold")));
    let read = check(&lab, &all);
    let kinds: std::collections::BTreeSet<char> =
        read.values().flatten().map(|(kind, _)| char::from(*kind)).collect();
    // All that the mails were sent for: filters, redirection, recipients done or cancelled.
    for kind in "CTASRODLX>E/".chars() {
        assert!(kinds.contains(&kind), "no record {kind}: {kinds:?}");
    }
    assert!(edited(&all) > 2);
    generated(&lab);
}

/// How many files have pointers that lead elsewhere; postcat follows them in silence.
fn edited(files: &[PathBuf]) -> usize {
    let leads = |bytes: &[u8]| {
        let place = bytes.strip_prefix(b"p\x0f").map(text);
        place.is_some_and(|place| place.trim().parse::<u64>().is_ok_and(|place| place > 0))
    };
    let has = |path: &&PathBuf| fs::read(path).unwrap().windows(17).any(leads);
    files.iter().filter(has).count()
}

/// Chance from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    fn word(&mut self, most: usize) -> String {
        let length = 1 + self.below(most);
        (0..length).map(|_| char::from(b'a' + u8::try_from(self.below(26)).unwrap())).collect()
    }

    fn recipients(&mut self, most: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..self.below(most) {
            if self.below(3) == 0 {
                bytes.extend(record(b'O', self.word(20).as_bytes()));
            }
            let kind = [b'R', b'R', b'D'][self.below(3)];
            let longest = [10, 200, 3000][self.below(3)];
            bytes.extend(record(kind, format!("{}@example.net", self.word(longest)).as_bytes()));
        }
        bytes
    }

    fn attributes(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..self.below(4) {
            let name = ["log_client_address", "sasl_username", "x", "dsn_orig_rcpt"][self.below(4)];
            bytes.extend(record(b'A', format!("{name}={}", self.word(300)).as_bytes()));
        }
        bytes
    }

    /// A queue file with edits: pointers to records at its end, and back.
    fn file(&mut self) -> Vec<u8> {
        let lines = self.below(4);
        let content: Vec<u8> = (0..lines)
            .flat_map(|_| record([b'N', b'L'][self.below(2)], self.word(2000).as_bytes()))
            .collect();
        let pointer = |to: usize| record(b'p', format!("{to:15}").as_bytes());
        let size = self.below(100_000);
        let sizes = |offset: usize| {
            let fields = [content.len(), offset, 1, 0, size, 0].map(|field| format!("{field:15}"));
            record(b'C', fields.join(" ").as_bytes())
        };
        let mut bytes = sizes(0);
        bytes.extend(record(
            b'T',
            format!("{} 5", 1_795_000_000 + self.below(1_000_000)).as_bytes(),
        ));
        bytes.extend(self.attributes());
        if self.below(3) == 0 {
            bytes.extend(record(b'L', format!("smtp:{}", self.word(20)).as_bytes()));
        }
        bytes.extend(record(b'S', self.word(30).as_bytes()));
        bytes.extend(self.recipients(6));
        // Where edits would begin.
        let edits = [self.below(3), self.below(2)];
        let first = bytes.len();
        bytes.extend(pointer(0));
        bytes.extend(record(b'M', b""));
        bytes.splice(..sizes(0).len(), sizes(bytes.len()));
        bytes.extend(&content);
        bytes.extend(record(b'X', b""));
        bytes.extend(self.recipients(3));
        let second = bytes.len();
        bytes.extend(pointer(0));
        bytes.extend(record(b'E', b""));
        for (place, count) in [first, second].into_iter().zip(edits) {
            let mut from = place;
            for _ in 0..count {
                let here = bytes.len();
                bytes.splice(from..from + 17, pointer(here));
                bytes.extend(self.recipients(4));
                from = bytes.len();
                bytes.extend(pointer(place + 17));
            }
        }
        bytes
    }
}

fn generated(lab: &Lab) {
    let directory = lab.dir.path().join("generated");
    fs::create_dir(&directory).unwrap();
    let mut chance = Chance(8);
    let files: Vec<PathBuf> = (0..400)
        .map(|number| {
            let path = directory.join(format!("AB{number:06}"));
            fs::write(&path, chance.file()).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
            path
        })
        .collect();
    check(lab, &files);
    assert!(edited(&files) > 100);
}

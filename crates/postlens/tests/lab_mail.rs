//! `--mail-to` in the lab: real Postfix and Dovecot take the report by every way, and what
//! they deliver is opened, compared with the report and looked at in a browser. Root only.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

#[path = "formats/browser.rs"]
mod browser;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use mail_parser::{Message, MessageParser, MimeHeaders};

/// The variant of the lab with logs that Postfix itself writes.
const VARIANT: &str = "postlogd";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The lab, up until it is dropped.
struct Lab {
    directory: tempfile::TempDir,
}

impl Lab {
    fn up() -> Self {
        let directory = tempfile::Builder::new().prefix("postlens-lab-").tempdir().unwrap();
        let lab = Self { directory };
        let up = lab.script(&["up", VARIANT]).output().unwrap();
        assert!(up.status.success(), "the lab failed: {}", String::from_utf8_lossy(&up.stdout));
        let login = lab.directory.path().join("login");
        std::fs::write(&login, "alice\nsecret-alice\n").unwrap();
        std::fs::write(lab.directory.path().join("wrong"), "alice\nsecret\n").unwrap();
        for file in ["login", "wrong"] {
            let path = lab.directory.path().join(file);
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            std::fs::set_permissions(path, mode).unwrap();
        }
        lab
    }

    fn script(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(root().join("lab/lab.sh"));
        command.args(arguments).env("LAB_RUN", self.directory.path().join("run"));
        command
    }

    /// A file of the lab's own.
    fn file(&self, path: &str) -> PathBuf {
        self.directory.path().join("run").join(VARIANT).join(path)
    }

    /// Reports on the examples from inside, where the lab's servers are. `@` stands for the
    /// directory with the logins.
    fn report(&self, arguments: &str) -> Output {
        let directory = self.directory.path().to_str().unwrap();
        let kept = format!("{directory}/kept");
        std::fs::create_dir_all(&kept).unwrap();
        let (program, examples) = (env!("CARGO_BIN_EXE_postlens"), root().join("examples"));
        let mut command = self.script(&["shell", VARIANT, program, "report"]);
        let arguments = arguments.replace('@', directory).replace(" at ", "@");
        command.args(arguments.split_ascii_whitespace());
        command.args(["--mail-from", "postmaster@lab.test", "--mail-keep", &kept]);
        command.arg(examples).output().unwrap()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.file("var/log/postfix.log")).unwrap()
    }

    /// The mails in a mailbox (mbox) or in the new mail of a maildir, as soon as there are
    /// so many.
    #[track_caller]
    fn mails(&self, mailbox: &str, number: usize) -> Vec<Vec<u8>> {
        let start = Instant::now();
        loop {
            let mails = mails(&self.file(mailbox));
            if mails.len() >= number {
                assert_eq!(mails.len(), number, "{mailbox}");
                return mails;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "{mailbox}: {}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let down = self.script(&["down", VARIANT]).output();
        assert!(std::thread::panicking() || down.is_ok_and(|down| down.status.success()));
    }
}

fn mails(mailbox: &Path) -> Vec<Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(mailbox) else {
        let Ok(mails) = std::fs::read_to_string(mailbox) else { return Vec::new() };
        let mails = mails.split("\n\nFrom ").filter(|mail| !mail.is_empty());
        // Without the line that mbox puts before each.
        return mails.map(|mail| mail.split_once('\n').unwrap().1.into()).collect();
    };
    entries.map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
}

/// The report as it is written without a mail.
fn written(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("TZ", "UTC").env("LC_ALL", "C").arg("report").args(arguments);
    let output = command.arg(root().join("examples")).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// Both forms say what the report says, and the HTML shows every picture.
#[track_caller]
fn check(mail: &[u8], subject: &str, lang: &str) {
    let message = MessageParser::default().parse(mail).unwrap();
    assert_eq!(message.subject(), Some(subject));
    assert_eq!(message.from().unwrap().first().unwrap().address(), Some("postmaster@lab.test"));
    let text = message.body_text(0).unwrap().replace("\r\n", "\n");
    let expected = written(&["--lang", lang]);
    assert_eq!(text.trim_end(), expected.trim_end());
    let html = message.body_html(0).unwrap();
    let page = written(&["--format", "html", "--lang", lang]);
    // The page has its charts in it, the mail beside it.
    let tables = |html: &str| {
        let tables = html.split("<table").skip(1);
        let tables = tables.map(|table| table.split("</table>").next().unwrap().to_owned());
        tables.collect::<Vec<_>>()
    };
    assert!(tables(&page).len() > 10);
    assert_eq!(tables(&html), tables(&page));
    let pictures: Vec<_> = message.attachments().collect();
    assert_eq!(pictures.len(), page.matches("<svg").count());
    for picture in pictures {
        let id = picture.content_id().unwrap();
        let shown = html.split_once(&format!("src=\"cid:{id}\"")).unwrap_or_else(|| panic!("{id}"));
        let alternative = shown.1.split('>').next().unwrap();
        assert!(alternative.contains("alt=\""), "{id}: {alternative}");
        assert!(picture.contents().starts_with(b"\x89PNG\r\n\x1a\n"), "{id}");
    }
}

/// The HTML part with its pictures where a browser finds them.
fn unpacked(message: &Message<'_>, directory: &Path) -> String {
    let mut html = message.body_html(0).unwrap().into_owned();
    for (number, picture) in message.attachments().enumerate() {
        let name = format!("{number}.png");
        std::fs::write(directory.join(&name), picture.contents()).unwrap();
        html = html.replace(&format!("cid:{}", picture.content_id().unwrap()), &name);
    }
    html
}

const SUBJECT: &str = "Postfix report mail 2026-11-19 to 2026-11-23: 10 problems";
const CA: &str = "--smtp-ca /etc/labtls/ca.pem";

#[test]
fn by_every_way_it_arrives_whole() {
    let lab = Lab::up();
    let send = |arguments: &str| {
        let output = lab.report(arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments}: {told}");
        assert!(output.stdout.is_empty(), "the mail is instead of the report");
    };
    send("--mail-to alice at lab.test");
    send("--mail-to bob at lab.test --smtp 192.0.2.10 --smtp-tls none");
    let login = format!("--smtp-auth @/login {CA}");
    send(&format!("--mail-to dovea at dove.test --smtp hub.lab.test:587 {login}"));
    send(&format!("--mail-to doveb at dove.test --smtp hub.lab.test:465 {login} --lang ja"));
    let maildir = |user: &str| format!("home/vmail/dove/{user}/Maildir/new");
    for mailbox in ["var/mail/alice", "var/mail/bob", &maildir("dovea")] {
        let mails = lab.mails(mailbox, 1);
        check(&mails[0], SUBJECT, "en");
    }
    let japanese = lab.mails(&maildir("doveb"), 1);
    check(&japanese[0], "Postfix レポート mail 2026-11-19〜2026-11-23: 問題 10 件", "ja");
    let log = lab.log();
    for service in ["postfix/submission/smtpd", "postfix/smtps/smtpd"] {
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(service)).collect();
        let told = |words: &str| lines.iter().any(|line| line.contains(words));
        assert!(told("TLS connection established from"), "{service}: {lines:?}");
        assert!(told("sasl_username=alice"), "{service}: {lines:?}");
    }
    looked_at(&lab.mails("var/mail/bob", 1)[0]);
}

/// A browser shows the mail with all its pictures, on a phone too.
fn looked_at(mail: &[u8]) {
    let message = MessageParser::default().parse(mail).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let html = unpacked(&message, directory.path());
    let pictures = "Array.from(document.images, i => i.complete && i.naturalWidth > 300 && \
                    i.getBoundingClientRect().width > 200 && i.alt.length > 3).join(' ')";
    let phone = "innerWidth + ' ' + document.documentElement.scrollWidth";
    for scheme in [browser::Scheme::Light, browser::Scheme::Dark] {
        let answer = browser::ask(&html, directory.path(), (scheme, 1000), pictures);
        let shown: Vec<&str> = answer.split(' ').collect();
        assert_eq!(shown.len(), message.attachment_count());
        assert!(shown.iter().all(|shown| *shown == "true"), "{answer}");
        let answer = browser::ask(&html, directory.path(), (scheme, 390), phone);
        assert_eq!(answer, "390 390");
    }
    let page = directory.path().join("mail.html");
    std::fs::write(&page, browser::opened(&html)).unwrap();
    assert!(browser::sheets(&page).concat().contains("Mail by the day"));
}

#[test]
fn what_a_real_server_does_not_take_is_kept() {
    let lab = Lab::up();
    let refused = |arguments: &str, words: &str| {
        let before =
            std::fs::read_dir(lab.directory.path().join("kept")).map_or(0, Iterator::count);
        let output = lab.report(&format!("--mail-retry 600 {arguments}"));
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}: {told}");
        assert!(told.contains(words), "{arguments}: {told}");
        assert!(!told.contains("secret"), "{told}");
        let kept: Vec<_> = std::fs::read_dir(lab.directory.path().join("kept")).unwrap().collect();
        assert_eq!(kept.len(), before + 1, "{arguments}: {told}");
        for file in kept {
            check(&std::fs::read(file.unwrap().path()).unwrap(), SUBJECT, "en");
        }
    };
    let to = "--mail-to dovea at dove.test";
    let hub = "--smtp hub.lab.test:587";
    refused(&format!("{to} {hub} --smtp-auth @/login"), "by --smtp-ca whom to trust");
    let other_name = format!("{to} --smtp 192.0.2.10:587 --smtp-auth @/login {CA}");
    refused(&other_name, "give the name that its certificate is for");
    refused(&format!("{to} {hub} --smtp-auth @/wrong {CA}"), "535");
    refused(&format!("{to} {hub} {CA}"), "554");
    refused("--mail-to nosuchuser at lab.test --smtp 192.0.2.10 --smtp-tls none", "550");
    assert_eq!(lab.mails("home/vmail/dove/dovea/Maildir/new", 0), Vec::<Vec<u8>>::new());
}

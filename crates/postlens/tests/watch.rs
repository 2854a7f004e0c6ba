//! The live view in a real terminal: tmux, on a queue directory that changes under it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use postlens_testkit::queue::Deferred;

#[path = "queue/lab.rs"]
mod lab;

/// A terminal of its own.
struct Terminal {
    socket: tempfile::TempDir,
}

impl Terminal {
    /// Starts a shell command in so many columns and lines; its exit status is shown at last.
    fn start(size: (u16, u16), command: &str) -> Self {
        let socket = tempfile::tempdir().unwrap();
        let terminal = Self { socket };
        let (width, height) = (size.0.to_string(), size.1.to_string());
        let command = format!(
            "{command}; ended=$?; stty -a | tr ' ' '\\n' | grep -x -e echo -e -echo; echo status=$ended; cat"
        );
        terminal.tmux(&[
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            &width,
            "-y",
            &height,
            &command,
        ]);
        terminal
    }

    fn tmux(&self, args: &[&str]) -> String {
        let mut command = Command::new("tmux");
        command.arg("-u").arg("-S").arg(self.socket.path().join("s")).args(args);
        command.env("LC_ALL", "C.UTF-8").env("TZ", "UTC").env_remove("TMUX");
        let output = command.stdin(Stdio::null()).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn keys(&self, keys: &[&str]) {
        self.tmux(&[&["send-keys"], keys].concat());
    }

    /// Waits for a text on the screen.
    #[track_caller]
    fn wait(&self, wanted: &str) -> String {
        let begin = Instant::now();
        loop {
            let screen = self.tmux(&["capture-pane", "-p"]);
            if screen.contains(wanted) {
                return screen;
            }
            assert!(begin.elapsed() < Duration::from_mins(1), "no {wanted:?}:\n{screen}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn is_alternate(&self) -> bool {
        self.tmux(&["display-message", "-p", "#{alternate_on}"]).trim() == "1"
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

const REFUSED: &str = "connect to 127.0.0.1[127.0.0.1]:10026: Connection refused";

fn queue() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for number in 0..30_i64 {
        put(root.path(), &format!("AB12C{number:03}"), b"user@example.com", 1_795_000_000 + number);
    }
    put(root.path(), "CD12C001", b"evil\x1b[2J\x1b]0;x\x07@example.org", 1_794_000_000);
    root
}

fn put(root: &Path, id: &str, sender: &[u8], arrival: i64) {
    let recipient = format!("rcpt-{id}@example.net");
    let message =
        Deferred { id, arrival, sender, recipient: &recipient, size: 400, reason: REFUSED };
    message.write(root).unwrap();
}

fn watch(root: &Path) -> String {
    format!("{} queue watch --spool {}", env!("CARGO_BIN_EXE_postlens"), root.display())
}

#[test]
fn the_queue_is_seen_live_and_the_terminal_given_back() {
    let root = queue();
    let terminal = Terminal::start((80, 24), &watch(root.path()));
    let screen = terminal.wait("31 messages");
    assert!(screen.contains("! A part of this mail system fails: connection refused"), "{screen}");
    assert!(screen.contains("deferred 31") && screen.contains("evil\\x1B[2J"), "{screen}");
    assert!(terminal.is_alternate());
    // One comes, one goes.
    put(root.path(), "EF12C001", b"new@example.com", 1_795_100_000);
    put(root.path(), "EF12C002", b"new@example.com", 1_795_100_000);
    std::fs::remove_file(root.path().join("deferred/A/AB12C007")).unwrap();
    terminal.wait("+1 (2 came, 1 went)");
    terminal.keys(&["/", "n", "e", "w", "@", "Enter"]);
    terminal.wait("2 of 32: /new@");
    terminal.keys(&["Enter"]);
    let screen = terminal.wait("--log");
    assert!(screen.contains("EF12C001 (deferred)") && screen.contains(REFUSED), "{screen}");
    terminal.keys(&["Escape"]);
    terminal.wait("2 of 32");
    terminal.tmux(&["resize-window", "-x", "140", "-y", "40"]);
    terminal.wait("to 32 messages");
    terminal.keys(&["q"]);
    let screen = terminal.wait("status=0");
    assert!(screen.lines().any(|line| line == "echo"), "raw mode is left: {screen}");
    assert!(!terminal.is_alternate());
}

#[test]
fn a_signal_ends_it_in_order() {
    let root = queue();
    let terminal = Terminal::start((80, 24), &watch(root.path()));
    terminal.wait("31 messages");
    let shell = terminal.tmux(&["list-panes", "-F", "#{pane_pid}"]);
    let children =
        Command::new("ps").args(["-o", "pid=", "--ppid", shell.trim()]).output().unwrap();
    let child = String::from_utf8(children.stdout).unwrap();
    assert!(Command::new("kill").args(["-TERM", child.trim()]).status().unwrap().success());
    let screen = terminal.wait("status=143");
    assert!(screen.lines().any(|line| line == "echo") && !terminal.is_alternate(), "{screen}");
}

#[test]
fn a_terminal_that_goes_away_ends_it() {
    let root = queue();
    let status = root.path().join("status");
    // The shell outlives the terminal to tell the status.
    let command = format!("trap : HUP; {}; echo $? > {}", watch(root.path()), status.display());
    let terminal = Terminal::start((80, 24), &command);
    terminal.wait("31 messages");
    drop(terminal);
    let begin = Instant::now();
    let told = || std::fs::read_to_string(&status).unwrap_or_default();
    while told().is_empty() && begin.elapsed() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(told(), "129\n");
}

#[test]
fn a_message_is_followed_through_the_log() {
    let root = queue();
    let log = root.path().join("mail.log");
    let stamp = |seconds: i64| jiff::Timestamp::from_second(1_794_000_000 + seconds).unwrap();
    let lines = format!(
        "{} mx postfix/qmgr[7]: CD12C001: from=<u@example.org>, size=400, nrcpt=1 (queue active)\n\
         {} mx postfix/smtp[8]: CD12C001: to=<rcpt-CD12C001@example.net>, relay=none, delay=2, \
         delays=1/0/1/0, dsn=4.4.1, status=deferred ({REFUSED})\n",
        stamp(1),
        stamp(2),
    );
    std::fs::write(&log, lines).unwrap();
    let command = format!("NO_COLOR=1 {} --log {}", watch(root.path()), log.display());
    let terminal = Terminal::start((100, 40), &command);
    terminal.wait("31 messages");
    terminal.keys(&["Enter"]);
    terminal.wait("u@example.org");
    terminal.keys(&["C-c"]);
    terminal.wait("status=0");
}

/// A Postfix that takes mail and lets it go.
#[test]
fn a_real_queue_is_seen_to_change() {
    let lab = lab::Lab::up(24);
    let command = lab.line(&[env!("CARGO_BIN_EXE_postlens"), "queue", "watch"]);
    let terminal = Terminal::start((120, 40), &command);
    let screen = terminal.wait("24 messages");
    assert!(screen.contains("hold 2") && screen.contains("queue files in"), "{screen}");
    let late =
        "printf 'Subject: late\\n\\nx\\n' | sendmail -f late@example.com -- z@paused.example";
    assert!(lab.run(&["sh", "-c", late]).status.success());
    terminal.wait("+1 (1 came, 0 went)");
    terminal.keys(&["/", "l", "a", "t", "e", "@", "Enter"]);
    terminal.wait("1 of 25: /late@");
    // Its way through the log that Postfix writes.
    terminal.keys(&["Enter"]);
    let screen = terminal.wait("late@example.com");
    assert!(screen.contains("z@paused.example"), "{screen}");
    terminal.wait("accepted → deferred");
    terminal.keys(&["Escape", "Escape"]);
    assert!(lab.run(&["postsuper", "-d", "ALL", "hold"]).status.success());
    terminal.wait("-1 (1 came, 2 went)");
    assert!(lab.run(&["postsuper", "-h", "ALL", "deferred"]).status.success());
    terminal.wait("hold 23");
    terminal.keys(&["q"]);
    terminal.wait("status=0");
}

#[test]
fn without_a_terminal_it_says_what_to_use() {
    let root = queue();
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    let command = command.args(["queue", "watch", "--spool"]).arg(root.path());
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no terminal") && said.contains("`postlens queue`"), "{said}");
    assert!(output.stdout.is_empty());
}

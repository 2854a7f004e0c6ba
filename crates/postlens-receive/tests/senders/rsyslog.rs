//! rsyslogd forwards a log: over UDP, TCP in both framings, and TLS with a certificate.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use postlens_receive::{Protocol, Receiver, Spool, SpoolLimits};
use postlens_testkit::{Config, Until, generate_in_memory};

use super::certificates;
use super::inbox::Inbox;

/// An rsyslogd that ends with the test.
struct Rsyslogd(Child);

impl Drop for Rsyslogd {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Forwards the lines of a file as they are.
fn forward(directory: &Path, log: &Path, port: &str, action: &str) -> Rsyslogd {
    let work = directory.join("work");
    std::fs::create_dir(&work).unwrap();
    let config = format!(
        "global(workDirectory=\"{work}\" maxMessageSize=\"64k\")\n\
         module(load=\"imfile\")\n\
         template(name=\"asis\" type=\"string\" string=\"<%PRI%>%rawmsg%\\n\")\n\
         input(type=\"imfile\" file=\"{log}\" tag=\"x\" facility=\"mail\" severity=\"info\" ruleset=\"out\")\n\
         ruleset(name=\"out\") {{ action(type=\"omfwd\" target=\"127.0.0.1\" port=\"{port}\" template=\"asis\" {action}) }}\n",
        work = work.display(),
        log = log.display(),
    );
    let path = directory.join("rsyslog.conf");
    std::fs::write(&path, config).unwrap();
    let mut command = Command::new("rsyslogd");
    command.args(["-n", "-f"]).arg(&path).arg("-i").arg(directory.join("rsyslogd.pid"));
    Rsyslogd(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

/// Forwards a generated log, and finds every line of it.
#[track_caller]
fn check(inbox: &Inbox, action: &str, framing: bool) {
    let config = Config { seed: 5, until: Until::Messages(200), ..Config::default() };
    let (log, _, totals) = generate_in_memory(config);
    let path = inbox.path("mail.log");
    std::fs::write(&path, &log).unwrap();
    let _rsyslogd = forward(inbox.directory.path(), &path, &inbox.port(), action);
    let lines = inbox.lines(usize::try_from(totals.lines).unwrap());
    let sent = String::from_utf8(log).unwrap();
    let expected: Vec<_> = sent.lines().map(|line| format!("<22>{line}")).collect();
    assert_eq!(lines, expected, "{framing}");
    assert_eq!(inbox.receiver.counts().cut, 0);
}

#[test]
fn over_tcp() {
    check(&Inbox::new(Protocol::SyslogTcp, None), "protocol=\"tcp\"", false);
    let octets = "protocol=\"tcp\" TCP_Framing=\"octet-counted\"";
    check(&Inbox::new(Protocol::SyslogTcp, None), octets, true);
}

#[test]
fn over_tls_with_a_certificate_and_not_without() {
    let directory = tempfile::tempdir().unwrap();
    let files = certificates::make(directory.path());
    let inbox = Inbox::new(Protocol::SyslogTls, Some(files));
    let at = |name: &str| directory.path().join(name).display().to_string();
    let tls = format!(
        "protocol=\"tcp\" TCP_Framing=\"octet-counted\" StreamDriver=\"ossl\" StreamDriverMode=\"1\" \
         StreamDriverAuthMode=\"x509/name\" StreamDriverPermittedPeers=\"server.example.org\" \
         StreamDriver.CAFile=\"{}\" StreamDriver.CertFile=\"{}\" StreamDriver.KeyFile=\"{}\"",
        at("ca.pem"),
        at("client.pem"),
        at("client.key"),
    );
    check(&inbox, &tls, true);
    // Without a certificate nothing comes in.
    let mut stranger = Command::new("openssl");
    stranger.args(["s_client", "-quiet", "-connect"]).arg(inbox.receiver.address().to_string());
    let before = inbox.receiver.counts().messages;
    let mut child =
        stranger.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // It may have been sent away already.
    let _ = std::io::Write::write_all(
        &mut input,
        b"<22>Nov 24 10:00:00 mx postfix/qmgr[1]: A: removed\n",
    );
    std::thread::sleep(std::time::Duration::from_secs(1));
    drop(input);
    let _ = child.kill();
    child.wait().unwrap();
    assert_eq!(inbox.receiver.counts().messages, before);
    assert!(inbox.receiver.renew().is_ok());
    std::fs::write(directory.path().join("server.pem"), "nothing").unwrap();
    assert!(inbox.receiver.renew().is_err());
}

#[test]
fn what_cannot_be_listened_to_is_told() {
    let inbox = Inbox::new(Protocol::SyslogTcp, None);
    let spool = Spool::open(inbox.directory.path(), "b", SpoolLimits::default()).unwrap();
    let mut listen = inbox.receiver.listen().clone();
    listen.address = inbox.receiver.address();
    let spool = std::sync::Arc::new(spool);
    let error = Receiver::start(&listen, std::sync::Arc::clone(&spool)).unwrap_err();
    assert!(error.hint().unwrap().contains("ss -lnp"), "{error}");
    listen.protocol = Protocol::SyslogTls;
    let error = Receiver::start(&listen, spool).unwrap_err();
    assert!(error.to_string().contains("needs a certificate"), "{error}");
}

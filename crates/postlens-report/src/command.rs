//! Commands to look with first.
//!
//! A reader may paste what stands here into a shell, and names in a log are a stranger's:
//! a name is put into a command only if no shell sees anything in it.

use postlens_detect::{Finding, FindingKind, Subject};
use postlens_explain::Actor;

/// The command that shows most about a problem; `None` where the evidence says it all, or
/// where the name it is about could do harm.
pub fn first(finding: &Finding) -> Option<String> {
    let subject = finding.subject.text();
    let name = || harmless(&subject);
    let command = match finding.kind {
        FindingKind::DiskFull => "df -h \"$(postconf -h queue_directory)\"".to_owned(),
        FindingKind::DnsFailing => "cat /etc/resolv.conf; dig MX example.com".to_owned(),
        FindingKind::ServiceDown => return service(name()?),
        FindingKind::LookupsFailing => format!("postmap -q test {}", name()?),
        FindingKind::ProcessesDying => "postfix check".to_owned(),
        FindingKind::CertificateExpired => {
            "openssl x509 -noout -enddate -in \"$(postconf -h smtpd_tls_cert_file)\"".to_owned()
        }
        FindingKind::TlsBroken => {
            "postconf -n | grep tls; ls -l \"$(postconf -h smtpd_tls_key_file)\"".to_owned()
        }
        FindingKind::AccountHijacked | FindingKind::AddressHammered => {
            format!("postqueue -p | grep -F {}", name()?)
        }
        FindingKind::ApplicationFlooding => match &finding.subject {
            Subject::Uid(uid) => format!("ps -fu {uid}; crontab -lu '#{uid}'"),
            _ => return None,
        },
        // What they say in words needs no other test than to see how much waits.
        FindingKind::DestinationDeferring if finding.actor == Actor::OurAdmin => {
            "qshape deferred".to_owned()
        }
        FindingKind::DestinationDeferring => format!("posttls-finger -c {}", name()?),
        FindingKind::QueueGrowing => "qshape incoming active deferred".to_owned(),
        FindingKind::LinesLost if is_of_postlogd(finding) => {
            "grep postlogd \"$(postconf -h maillog_file)\" | tail".to_owned()
        }
        FindingKind::LinesLost => "journalctl -g Suppressed -n 20".to_owned(),
        FindingKind::ConnectionsUnusual => "ss -tn state established sport = :25".to_owned(),
        FindingKind::BouncesRising
        | FindingKind::MailboxesFull
        | FindingKind::BruteForceDistributed
        | FindingKind::BruteForceClient
        | FindingKind::BruteForceUser
        | FindingKind::ClientMisconfigured => return None,
    };
    Some(command)
}

/// Whether it was Postfix's own logger that lost lines.
fn is_of_postlogd(finding: &Finding) -> bool {
    finding.evidence.first().is_some_and(|line| line.program.ends_with(b"/postlogd"))
}

/// `127.0.0.1[127.0.0.1]:10024`, `mail.example.com[private/dovecot-lmtp]`, `private/auth`,
/// `inet:127.0.0.1:8891`: who listens there.
fn service(name: &str) -> Option<String> {
    let port = name.rsplit_once(':').map(|(_, port)| port);
    if let Some(port) = port.filter(|port| port.parse::<u16>().is_ok()) {
        return Some(format!("ss -ltnp sport = :{port}"));
    }
    let socket = name.rsplit_once('[').map_or(name, |(_, socket)| socket).trim_end_matches(']');
    let socket = socket.strip_prefix("unix:").unwrap_or(socket);
    socket.contains('/').then(|| format!("ss -lxp | grep -F {socket}"))
}

/// The name, if it is one word to a shell, no option, and nothing more.
fn harmless(name: &[u8]) -> Option<&str> {
    let is_plain = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'@' | b'.' | b'_' | b'-' | b'+' | b':' | b'/' | b'[' | b']' | b'=')
    };
    let plain = !name.starts_with(b"-") && !name.is_empty() && name.iter().all(is_plain);
    std::str::from_utf8(name).ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::{harmless, service};

    #[test]
    fn no_shell_sees_anything_in_a_name() {
        assert_eq!(harmless(b"carol@example.com"), Some("carol@example.com"));
        for name in ["-rf", "a;b", "$(id)", "a b", "`id`", "a|b", "a'b", "a\nb", "", "é", "~", "*"]
        {
            assert_eq!(harmless(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn services_are_looked_for_where_they_listen() {
        let checks = [
            ("127.0.0.1[127.0.0.1]:10024", "ss -ltnp sport = :10024"),
            ("mail.example.com[private/dovecot-lmtp]", "ss -lxp | grep -F private/dovecot-lmtp"),
            ("private/auth", "ss -lxp | grep -F private/auth"),
            ("inet:127.0.0.1:8891", "ss -ltnp sport = :8891"),
        ];
        for (name, command) in checks {
            assert_eq!(service(name).as_deref(), Some(command));
        }
        assert_eq!(service("maildrop"), None);
    }
}

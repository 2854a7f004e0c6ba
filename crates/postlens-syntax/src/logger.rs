//! What loggers say about lines that they lost: rsyslogd, systemd-journald, syslog-ng,
//! postlogd(8).
//!
//! ```text
//! rsyslogd: imuxsock begins to drop messages due to rate-limiting
//! rsyslogd: imuxsock lost N messages from pid P due to rate-limiting
//! rsyslogd: imjournal: N messages lost due to rate-limiting (L allowed within S seconds)
//! systemd-journald: Suppressed N messages from UNIT
//! systemd-journald: Forwarding to syslog missed N messages.
//! postfix/postlogd: warning: failed to receive message with recv: REASON
//! ```

use bstr::ByteSlice;

/// How many lines a logger says it lost; 0 where it only says that it loses some, `None`
/// for any other line. `program` and `text` are those of an [`Entry`](crate::Entry).
pub fn lost_lines(program: &[u8], text: &[u8]) -> Option<u64> {
    if program.ends_with(b"/postlogd") {
        let is_loss = text.starts_with(b"warning: failed to receive message");
        return is_loss.then_some(1);
    }
    const LOGGERS: [&[u8]; 3] = [b"rsyslogd", b"systemd-journal", b"syslog-ng"];
    if !LOGGERS.iter().any(|logger| program.starts_with(logger)) {
        return None;
    }
    let limited = text.contains_str("rate-limiting");
    if limited && (text.contains_str("begin to drop") || text.contains_str("begins to drop")) {
        return Some(0);
    }
    let says = limited && text.contains_str("lost")
        || text.starts_with(b"Suppressed ") && text.contains_str(" messages from ")
        || text.starts_with(b"Forwarding to syslog missed ");
    says.then(|| count_before(text, b" messages"))
}

/// The number that stands before a word.
fn count_before(text: &[u8], word: &[u8]) -> u64 {
    let Some(head) = text.find(word).and_then(|at| text.get(..at)) else { return 0 };
    let number = head.rsplit(|byte| !byte.is_ascii_digit()).next().unwrap_or_default();
    number.to_str().ok().and_then(|number| number.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::lost_lines;

    #[test]
    fn losses_are_counted() {
        let check = |program: &str, text: &str, lines| {
            assert_eq!(lost_lines(program.as_bytes(), text.as_bytes()), lines, "{text}");
        };
        check(
            "rsyslogd",
            "imuxsock lost 214 messages from pid 812 due to rate-limiting",
            Some(214),
        );
        check(
            "rsyslogd",
            "imjournal: 60 messages lost due to rate-limiting (20000 allowed within 600 seconds)",
            Some(60),
        );
        check("rsyslogd", "imjournal: begin to drop messages due to rate-limiting", Some(0));
        check("systemd-journald", "Suppressed 4127 messages from postfix@-.service", Some(4127));
        check("systemd-journald", "Forwarding to syslog missed 12 messages.", Some(12));
        let failed = "warning: failed to receive message with recv: No buffer space available";
        check("postfix/postlogd", failed, Some(1));
        check("postfix/smtpd", failed, None);
        check("cron", "Suppressed 4127 messages from postfix@-.service", None);
        check("rsyslogd", "[origin software=\"rsyslogd\"] start", None);
    }
}

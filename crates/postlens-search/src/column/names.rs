//! The names of the fields that lines can have.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use postlens_syntax::postfix::notice;

/// The names of all fields of events.
pub(super) fn known() -> &'static BTreeSet<&'static str> {
    static KNOWN: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
        let rows = notice::rows().flat_map(notice::Row::names);
        HEADER.into_iter().chain(FIELDS.iter().copied()).chain(rows).collect()
    });
    &KNOWN
}

/// Fields that every line may have.
const HEADER: [&str; 8] =
    ["host", "program", "instance", "service", "daemon", "pid", "severity", "kind"];

/// The fields that code gives to events; those of the pattern tables come from there.
const FIELDS: &[&str] = &[
    "action",
    "after",
    "attempts",
    "backend",
    "by",
    "bytes",
    "bytes_in",
    "bytes_out",
    "check",
    "class",
    "client_address",
    "client_name",
    "client_port",
    "conn_use",
    "content",
    "count",
    "counters",
    "delay",
    "delay_before_qmgr",
    "delay_connection",
    "delay_in_qmgr",
    "delay_transmission",
    "detail",
    "domain",
    "dsn",
    "ending",
    "filter_id",
    "helo",
    "identity",
    "local_address",
    "login_service",
    "mail_pid",
    "mailbox",
    "message_id",
    "notification",
    "notification_id",
    "notified",
    "orig_client_address",
    "orig_client_name",
    "orig_queue_id",
    "orig_recipient",
    "part",
    "protocol",
    "quarantine",
    "queue_id",
    "queued_as",
    "rank",
    "realm",
    "reason",
    "recipient",
    "recipient_count",
    "relay_address",
    "relay_name",
    "relay_port",
    "reply",
    "reply_code",
    "resent_message_id",
    "result",
    "sasl_method",
    "sasl_sender",
    "sasl_username",
    "score",
    "score_required",
    "selector",
    "sender",
    "server_address",
    "server_port",
    "session",
    "size",
    "stage",
    "status",
    "tests",
    "tls",
    "tls_bits",
    "tls_cipher",
    "tls_connection",
    "tls_detail",
    "tls_protocol",
    "tls_sni",
    "tls_trust",
    "uid",
    "user",
    "verdict",
    "waited",
];

#[cfg(test)]
mod tests {
    use bstr::BStr;
    use postlens_syntax::{Delay, Entry, Event, FieldSink};
    use postlens_testkit::{Config, Until, generate_in_memory};

    /// Says which names are not in the list.
    struct Unlisted(Vec<&'static str>);

    impl FieldSink for Unlisted {
        fn text(&mut self, name: &'static str, _: &BStr) {
            if !super::known().contains(name) {
                self.0.push(name);
            }
        }

        fn int(&mut self, name: &'static str, _: i64) {
            self.text(name, BStr::new(""));
        }

        fn delay(&mut self, name: &'static str, _: Delay) {
            self.text(name, BStr::new(""));
        }
    }

    #[test]
    fn every_field_of_a_busy_log_can_be_a_column() {
        let config = Config { until: Until::Messages(200), ..Config::everything(9) };
        let (log, _, _) = generate_in_memory(config);
        let mut unlisted = Unlisted(Vec::new());
        for line in log.split(|byte| *byte == b'\n') {
            Event::parse(&Entry::parse(line)).own_fields(&mut unlisted);
        }
        assert!(unlisted.0.is_empty(), "{:?}", unlisted.0);
    }
}

//! Each command that a client saw refused is a refusal that we tell, and the other way
//! round.

use std::collections::{BTreeMap, BTreeSet};

use crate::accepted::OUTSIDE;
use crate::records::Refusal;
use crate::run::{VARIANTS, records};
use crate::truth::{clients, list, text};

type Counts<Key> = BTreeMap<Key, usize>;

/// What the first has more often than the second.
fn beyond<Key: Ord + Clone>(first: &Counts<Key>, second: &Counts<Key>) -> Vec<Key> {
    let more = |(key, count): &(&Key, &usize)| **count > second.get(key).copied().unwrap_or(0);
    first.iter().filter(more).map(|(key, _)| key.clone()).collect()
}

fn outside(client: &str) -> bool {
    OUTSIDE.iter().any(|net| client.starts_with(net))
}

/// Clients that sent commands without waiting for replies: which reply is whose is open.
fn hasty(variant: &str) -> BTreeSet<String> {
    let sessions = clients(variant, "session");
    let is_hasty = |session: &&serde_json::Value| {
        list(session, "dialogue").iter().any(|turn| turn[1].is_null())
    };
    sessions.iter().filter(is_hasty).map(|it| text(it, "client").to_owned()).collect()
}

/// Refused recipients by client, reply, sender and recipient.
pub(crate) fn recipients() {
    for variant in VARIANTS {
        let mut seen = Counts::new();
        for transaction in clients(variant, "transaction") {
            // After a refused MAIL all else is out of order.
            if !text(&transaction, "mail_reply").starts_with('2') {
                continue;
            }
            for to in list(&transaction, "recipients") {
                let reply = text(to, "reply");
                if reply.starts_with(['4', '5']) {
                    // smtpd logs an address without its source route (`@a:b@c`).
                    let address = text(to, "address");
                    let address = if address.starts_with('@') {
                        address.rsplit(':').next().unwrap()
                    } else {
                        address
                    };
                    let texts = [text(&transaction, "client"), reply, text(&transaction, "sender")];
                    let key = texts.map(str::to_owned);
                    *seen.entry((key, address.to_owned())).or_default() += 1;
                }
            }
        }
        let mut told = Counts::new();
        for refusal in records(variant).refusals.iter().filter(|it| it.stage == "RCPT") {
            let sender = refusal.sender.clone().unwrap_or_default();
            let key = [refusal.client.clone(), refusal.text.clone(), sender];
            let recipient = refusal.recipient.clone().unwrap_or_default();
            *told.entry((key, recipient)).or_default() += 1;
        }
        assert!(told.len() > 50, "{variant}: only {} refused recipients", told.len());
        let hasty = hasty(variant);
        for (key, to) in beyond(&told, &seen) {
            // The instances' own mail to each other is not in the truth.
            let known = hasty.contains(&key[0]) || !outside(&key[0]);
            assert!(known, "{variant}: no client saw {key:?} for {to}");
        }
        for (key, to) in beyond(&seen, &told) {
            // Told as warnings: see `limits`.
            let other = key[1].contains(" Error: too many ");
            assert!(other, "{variant}: we do not tell {key:?} for {to}");
        }
    }
}

/// What Postfix answers without saying so in a line of the kind `reject`: errors of the
/// protocol, and what it warns of.
const NOT_LOGGED: [&str; 15] = [
    "Must issue a STARTTLS command first",
    "Error: command not recognized",
    "Error: access denied for",
    "Error: nested MAIL command",
    "Bad sender address syntax",
    "Unsupported option: ",
    "VRFY command is disabled",
    "Error: too many ",
    "Error: too much mail",
    "Error: message file too big",
    "TLS not available due to local problem",
    "Error: authentication failed: ",
    "Authentication aborted",
    "ESMTP not accepting connections",
    "Service unavailable - try again later",
];

/// Refused greetings, HELO, MAIL, DATA, contents, ETRN by client, command and text.
pub(crate) fn commands() {
    for variant in VARIANTS {
        let records = records(variant);
        let told_by = |refusal: &Refusal| {
            let command = match refusal.stage.as_str() {
                "CONNECT" => "greeting",
                "header" | "body" | "mime-header" | "mime-error" | "END-OF-MESSAGE" => ".",
                stage => stage,
            };
            (refusal.client.clone(), command.to_owned(), without_code(&refusal.text).to_owned())
        };
        let mut told = Counts::new();
        for refusal in records.refusals.iter().filter(|it| it.stage != "RCPT") {
            *told.entry(told_by(refusal)).or_default() += 1;
        }
        let mut seen = Counts::new();
        let mut silent = BTreeSet::new();
        for session in clients(variant, "session") {
            let client = text(&session, "client");
            if list(&session, "dialogue").is_empty() {
                silent.insert(client.to_owned());
            }
            for turn in list(&session, "dialogue") {
                let reply = turn[1].as_str().unwrap_or_default();
                let sent = turn[0].as_str().unwrap_or("greeting");
                let command = sent.split([' ', ':', '\r', '\n']).next().unwrap();
                if reply.starts_with(['4', '5']) && !command.eq_ignore_ascii_case("RCPT") {
                    let key = (client.into(), command.into(), without_code(reply).to_owned());
                    *seen.entry(key).or_default() += 1;
                }
            }
        }
        assert!(told.len() > 25, "{variant}: only {} refused commands", told.len());
        let hasty = hasty(variant);
        for key in beyond(&told, &seen) {
            // A milter's verdict on a connection or HELO is told when given, and answered
            // at MAIL, where it is told again.
            let at_mail = (key.0.clone(), "MAIL".to_owned(), key.2.clone());
            let early = records.refusals.iter().any(|it| it.by_milter && told_by(it) == key)
                && told.contains_key(&at_mail);
            // Postscreen hung up on a client that had not read its greeting.
            let unread = key.1 == "greeting" && silent.contains(&key.0);
            assert!(
                early || unread || hasty.contains(&key.0) || !outside(&key.0),
                "{variant}: no client saw {key:?}"
            );
        }
        for key in beyond(&seen, &told) {
            let quiet = NOT_LOGGED.iter().any(|text| key.2.contains(text));
            assert!(quiet || hasty.contains(&key.0), "{variant}: we do not tell {key:?}");
        }
    }
}

fn without_code(reply: &str) -> &str {
    reply.get(..4).filter(|code| code.ends_with(' ')).map_or(reply, |_| &reply[4..])
}

/// Rate limits and failed logins, by client.
pub(crate) fn limits() {
    for variant in VARIANTS {
        let (mut limits, mut failures) = (Counts::new(), Counts::new());
        let mut known = BTreeSet::new();
        for session in clients(variant, "session") {
            let client = text(&session, "client");
            known.insert(client.to_owned());
            for turn in list(&session, "dialogue") {
                let reply = turn[1].as_str().unwrap_or_default();
                // A later STARTTLS is refused in other words.
                let limited = reply.contains("Error: too much mail")
                    || (reply.contains("Error: too many ")
                        && !reply.ends_with("too many errors")
                        && !reply.ends_with("too many hops")
                        && turn[0] != "STARTTLS")
                    // Of a server that hangs up after STARTTLS the reply may be lost.
                    || (text(&session, "scenario") == "rates"
                        && session["tls"] == true
                        && turn[0] == "QUIT"
                        && reply == "EOF");
                if limited {
                    *limits.entry(client.to_owned()).or_default() += 1;
                }
                let failed = reply.contains("Error: authentication failed")
                    || reply.contains("Authentication aborted");
                if failed {
                    *failures.entry(client.to_owned()).or_default() += 1;
                }
            }
        }
        let count = |clients: &[String]| {
            let mut counts = Counts::new();
            for client in clients.iter().filter(|client| known.contains(*client)) {
                *counts.entry(client.clone()).or_default() += 1;
            }
            counts
        };
        assert_eq!(count(&records(variant).failed_logins), failures, "{variant}");
        assert_eq!(count(&records(variant).over_limit), limits, "{variant}");
    }
}

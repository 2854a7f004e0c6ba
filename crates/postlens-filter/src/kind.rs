//! Kinds and statuses, and the everyday words for them.

use postlens_syntax::postfix::decision::Action;
use postlens_syntax::postfix::notice;

use crate::needle::Needle;

/// What one word can mean: any of these, each of which is all of its pairs of a field's
/// public name and a value, perhaps with `*`.
pub(crate) type Meanings = Vec<Vec<(&'static str, String)>>;

/// A word, and what it can mean: alternatives separated by `|`, each of pairs `name=value`.
struct Alias {
    words: &'static [&'static str],
    meaning: &'static str,
}

const ALIASES: &[Alias] = &[
    Alias {
        words: &[
            "auth_failed",
            "auth_failure",
            "authentication_failed",
            "authentication_failure",
            "failed_login",
            "login_failed",
            "login_failure",
            "sasl_failed",
        ],
        meaning: "kind=auth_failed",
    },
    Alias { words: &["smtp_login_failed"], meaning: "kind=auth_failed daemon=smtpd" },
    Alias {
        words: &["logged_in", "login_ok"],
        meaning: "kind=login | kind=client sasl_username=?*",
    },
    Alias {
        words: &["reject", "rejected", "refused", "refusal"],
        meaning: "kind=reject | kind=content_check action=reject",
    },
    Alias {
        words: &["milter_reject", "milter_rejected"],
        meaning: "kind=reject by=milter | kind=content_check action=reject by=milter",
    },
    Alias { words: &["defer", "deferral"], meaning: "status=deferred" },
    Alias { words: &["bounce"], meaning: "status=bounced" },
    Alias { words: &["sent", "delivered", "success"], meaning: "status=sent | status=delivered" },
    Alias { words: &["relayed"], meaning: "status=relayed | status=sent daemon=smtp" },
    Alias { words: &["greylisted", "greylisting"], meaning: "cause=greylisted" },
    Alias {
        words: &["held", "on_hold"],
        meaning: "kind=hold | kind=content_check action=hold | status=held",
    },
    Alias {
        words: &["discarded"],
        meaning: "kind=discard | kind=content_check action=discard | status=discarded",
    },
    Alias { words: &["quarantined"], meaning: "action=quarantine | status=quarantined" },
    Alias { words: &["connection"], meaning: "kind=connect" },
    Alias { words: &["tls"], meaning: "kind=tls_session" },
    Alias { words: &["accepted", "received"], meaning: "kind=client | kind=pickup" },
    Alias { words: &["active"], meaning: "kind=queue_active" },
    Alias { words: &["warning", "warnings"], meaning: "severity=warning" },
    Alias { words: &["error", "errors"], meaning: "severity=error" },
    Alias { words: &["fatal"], meaning: "severity=fatal" },
    Alias { words: &["panic"], meaning: "severity=panic" },
];

/// The everyday words for kinds and statuses, and what each means: alternatives separated by
/// `|`, each of pairs of a field's public name and its value, where `?*` is any value.
pub fn everyday_words() -> impl Iterator<Item = (&'static [&'static str], &'static str)> {
    ALIASES.iter().map(|alias| (alias.words, alias.meaning))
}

/// Kinds of events that are written in Rust; those of the tables come from there.
const KINDS: [&str; 51] = [
    "abort",
    "auth_failed",
    "authentication_result",
    "bare_newline",
    "client",
    "connect",
    "connect_failed",
    "content_check",
    "debug",
    "delivery",
    "disconnect",
    "expired",
    "filter_verdict",
    "foreign",
    "greylist",
    "host_lost_connection",
    "host_protocol_error",
    "host_refused",
    "host_said",
    "host_timed_out",
    "improper_pipelining",
    "login",
    "login_aborted",
    "logout",
    "lost_connection",
    "mailbox_delivery",
    "message",
    "message_id",
    "notification",
    "pickup",
    "postscreen_allowlist_veto",
    "postscreen_allowlisted",
    "postscreen_bare_newline",
    "postscreen_command_count_limit",
    "postscreen_command_length_limit",
    "postscreen_command_pipelining",
    "postscreen_command_time_limit",
    "postscreen_connect",
    "postscreen_data_without_rcpt",
    "postscreen_denylisted",
    "postscreen_disconnect",
    "postscreen_dnsbl_rank",
    "postscreen_hangup",
    "postscreen_pass_new",
    "postscreen_pass_old",
    "postscreen_pregreet",
    "postsuper",
    "queue_active",
    "removed",
    "repeated",
    "session",
];

/// The rest of them, which are words that other parts of a log use too.
const MORE_KINDS: [&str; 4] =
    ["timeout", "too_many_errors", "unrecognized", "postscreen_non_smtp_command"];

/// Statuses of deliveries, and outcomes of messages.
const STATUSES: [&str; 15] = [
    "sent",
    "deferred",
    "bounced",
    "expired",
    "deliverable",
    "undeliverable",
    "delivered",
    "relayed",
    "rejected",
    "held",
    "discarded",
    "quarantined",
    "canceled",
    "deleted",
    "lost",
];

/// The meanings of what was written for a kind; `None` for a word that nobody knows.
pub(crate) fn kind(word: &str) -> Option<Meanings> {
    let word = plain(word);
    if word.contains(['*', '?']) {
        return Some(vec![vec![("kind", word)]]);
    }
    // A status is what people call the kind of a delivery.
    let is_status = ["deferred", "bounced"].contains(&word.as_str());
    if is_status {
        return Some(vec![vec![("status", word)]]);
    }
    if let Some(meanings) = alias(&word).or_else(|| login(&word)) {
        return Some(meanings);
    }
    is_kind(&word).then(|| vec![vec![("kind", word)]])
}

/// The meanings of what was written for a status.
pub(crate) fn status(word: &str) -> Option<Meanings> {
    let word = plain(word);
    if word.contains(['*', '?']) {
        return Some(vec![vec![("status", word)]]);
    }
    if let Some(meanings) = alias(&word) {
        return Some(meanings);
    }
    STATUSES.contains(&word.as_str()).then(|| vec![vec![("status", word)]])
}

/// What lines of some kinds have in them, as their parsers require.
const WORDS: &[(&str, &[&str])] = &[
    ("client", &["client="]),
    (
        "content_check",
        &[": header ", ": mime-header ", ": nested header ", ": body ", ": mime-error "],
    ),
    ("connect", &["connect from "]),
    ("disconnect", &["disconnect from "]),
    ("delivery", &["status="]),
    ("lost_connection", &["lost connection after "]),
    ("message_id", &["message-id="]),
    ("queue_active", &["(queue active)"]),
    ("reject", &["reject: "]),
    ("hold", &["hold: ", "quarantine: "]),
    ("discard", &["discard: "]),
    (
        "auth_failed",
        &[
            ": SASL ",
            "auth failed",
            "authorization failed",
            "tried to use ",
            "unknown user",
            "assword mismatch",
            "pam_authenticate() failed",
            "pam_acct_mgmt() failed",
            "policy server refusal",
            "disallowed by auth_username_chars",
            "Login failed",
            "LOGIN FAILED",
            "invalid credentials",
            "oauth2 failed",
            "user not authenticated",
            "badlogin: ",
            ": auth failure: [",
        ],
    ),
];

/// More alternatives than this are not looked for at once.
const MOST_WORDS: usize = 64;

/// What every line of a kind has in it.
pub(crate) fn needle(kind: &str) -> Option<Needle> {
    let known = WORDS.iter().find(|(known, _)| *known == kind);
    if known.is_none() && coded().any(|coded| coded == kind) {
        return None;
    }
    let words = known.into_iter().flat_map(|(_, words)| words.iter().copied());
    let rows = notice::rows().filter(|row| row.kind() == kind).map(|row| longest(row.pattern()));
    let words: Vec<&str> = words.chain(rows).collect();
    let mut needles = words.iter().map(|word| Needle::exact(word.as_bytes()));
    let first = needles.next().filter(|_| words.len() <= MOST_WORDS)??;
    needles.try_fold(first, |all, needle| Some(all.or(&needle?)))
}

/// The longest literal part of a table's pattern: what is not within braces.
fn longest(pattern: &'static str) -> &'static str {
    let literals = pattern.split('{').enumerate().map(|(index, part)| match part.split_once('}') {
        Some((_, literal)) if index > 0 => literal,
        _ => part,
    });
    // A last capture may have lost the blank before it.
    literals.map(str::trim_end).max_by_key(|part| part.len()).unwrap_or_default()
}

/// Kinds and words that are close to a wrong one, for a hint.
pub(crate) fn near(word: &str, statuses: bool) -> String {
    let word = plain(word);
    let aliases = ALIASES.iter().flat_map(|alias| alias.words.iter().copied());
    let mut known: Vec<&str> = if statuses {
        STATUSES.iter().copied().chain(aliases).collect()
    } else {
        kinds().chain(aliases).collect()
    };
    known.sort_unstable();
    known.dedup();
    let start = word.get(..4).unwrap_or(&word);
    let related =
        |known: &&str| known.contains(&word) || known.starts_with(start) || shares(known, &word);
    let close: Vec<&str> = known.iter().copied().filter(related).take(12).collect();
    if close.is_empty() {
        let first = if statuses { &STATUSES[..] } else { &["auth_failed", "reject", "delivery"] };
        return format!("known are {}, …: see the event reference", first.join(", "));
    }
    format!("did you mean {}?", close.join(", "))
}

/// Whether two words have a part of some length.
fn shares(known: &str, word: &str) -> bool {
    known.split('_').any(|part| part.len() > 3 && word.split('_').any(|theirs| theirs == part))
}

/// In lower case, with `_` for blanks and hyphens, without `status=` or `kind=` before it.
fn plain(word: &str) -> String {
    let word = word.trim();
    let word = word.split_once('=').map_or(word, |(_, word)| word.trim());
    word.to_ascii_lowercase().replace([' ', '-'], "_")
}

fn alias(word: &str) -> Option<Meanings> {
    let alias = ALIASES.iter().find(|alias| alias.words.contains(&word))?;
    let pairs = |meaning: &'static str| {
        meaning.split_whitespace().filter_map(|pair| pair.split_once('=')).collect::<Vec<_>>()
    };
    let owned = |pairs: Vec<(&'static str, &str)>| {
        pairs.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
    };
    Some(alias.meaning.split('|').map(|meaning| owned(pairs(meaning))).collect())
}

/// `imap_login_failed`, `pop3_login`: at one service.
fn login(word: &str) -> Option<Meanings> {
    const SERVICES: [&str; 5] = ["imap", "pop3", "submission", "managesieve", "lmtp"];
    let service = SERVICES.into_iter().find(|service| word.starts_with(service))?;
    let kind = match word.strip_prefix(service)? {
        "_login_failed" | "_auth_failed" | "_login_failure" | "_failed" => "auth_failed",
        "_login" => "login",
        "_login_aborted" => "login_aborted",
        _ => return None,
    };
    Some(vec![vec![("kind", kind.to_owned()), ("login_service", service.to_owned())]])
}

fn kinds() -> impl Iterator<Item = &'static str> {
    coded().chain(notice::rows().map(notice::Row::kind))
}

/// Those that no table gives alone.
fn coded() -> impl Iterator<Item = &'static str> {
    let actions = Action::ALL.iter().map(|action| action.kind());
    KINDS.into_iter().chain(MORE_KINDS).chain(actions)
}

fn is_kind(word: &str) -> bool {
    kinds().any(|kind| kind == word)
}

#[cfg(test)]
mod tests {
    use super::{ALIASES, alias, is_kind, kind, longest, needle, status};

    #[track_caller]
    fn check(word: &str, expected: &str) {
        let meanings = kind(word).unwrap();
        let text = |pairs: &Vec<(&str, String)>| {
            pairs
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(meanings.iter().map(text).collect::<Vec<_>>().join(" | "), expected, "{word}");
    }

    #[test]
    fn everyday_words() {
        check("auth-failed", "kind=auth_failed");
        check("Auth failed", "kind=auth_failed");
        check("imap-login failed", "kind=auth_failed login_service=imap");
        check("status=reject", "kind=reject | kind=content_check action=reject");
        check("deferred", "status=deferred");
        check("tls_session", "kind=tls_session");
        check("postscreen_*", "kind=postscreen_*");
        assert!(kind("nonsense").is_none() && status("nonsense").is_none());
        assert!(status("reject").is_some() && status("SENT").is_some());
    }

    #[test]
    fn what_lines_of_a_kind_hold() {
        let text = |kind| needle(kind).map(|needle| needle.expression);
        assert!(text("client").unwrap().starts_with("client=|"));
        assert!(text("disconnect").unwrap().contains(r"Disconnected, ip=\["));
        assert!(text("relay_auth_failed").unwrap().contains("authentication failed"));
        assert_eq!(text("foreign"), None);
        assert_eq!(longest("a {x:int} bcd {y}"), " bcd");
        assert_eq!(longest("{reason}: lost"), ": lost");
    }

    #[test]
    fn what_words_mean_exists() {
        for name in ALIASES.iter().flat_map(|alias| alias.words) {
            for (field, value) in alias(name).unwrap().iter().flatten() {
                assert!(*field != "kind" || is_kind(value), "{name}: {value}");
            }
        }
    }
}

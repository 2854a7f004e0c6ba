//! Queues for tests.

use std::sync::Arc;

use super::data::{Cause, Message, Recipient, Snapshot};

pub(crate) fn cause(own: bool) -> Cause {
    Cause {
        own,
        key: "cause-connection-refused",
        actor: if own { "actor-our-admin" } else { "actor-nobody" },
        remedy: if own {
            "cause-connection-refused-remedy-own"
        } else {
            "cause-connection-refused-remedy"
        },
    }
}

pub(crate) fn to(address: &str, cause: Option<Cause>) -> Recipient {
    let destination = address.rsplit('@').next().unwrap_or_default();
    Recipient {
        address: address.into(),
        destination: destination.into(),
        cause,
        reason: cause.map(|_| Arc::from("connect to 192.0.2.1[192.0.2.1]:25: Connection refused")),
    }
}

/// A message with one recipient that nothing was tried for.
pub(crate) fn message(id: &str, arrival: i64) -> Message {
    Message {
        instance: None,
        id: id.into(),
        queue: "deferred",
        arrival,
        size: Some(2048),
        next_attempt: Some(arrival + 600),
        sender: "user@example.com".into(),
        login: None,
        client: None,
        filter: None,
        recipients: vec![to("rcpt@example.net", None)],
    }
}

pub(crate) fn snapshot(at: i64, messages: Vec<Message>) -> Snapshot {
    Snapshot {
        at,
        clock: "03:00:00".to_owned(),
        origin: "queue files".to_owned(),
        attempts_known: true,
        messages,
        ..Snapshot::default()
    }
}

//! What `postqueue -j` prints: an object per message and line.
//!
//! ```text
//! {"queue_name": "deferred", "queue_id": "38F17A4F0A5", "arrival_time": 1795507185,
//!  "message_size": 271, "forced_expire": false, "sender": "user@example.com",
//!  "recipients": [{"address": "rcpt@example.net", "delay_reason": "connect to …"}]}
//! ```
//! Postfix 3.1 and later (showq/showq.c, postqueue/showq_json.c); `forced_expire` since
//! 3.5. Since 3.11 a recipient with `bounce_reason` waits no longer and is left out.

use bstr::BString;
use serde_json::Value;

use crate::message::{Message, Recipient};
use crate::name::QueueName;

/// Why a line is not understood.
#[derive(Debug, thiserror::Error)]
pub enum ListingError {
    /// It is no JSON.
    #[error("a line of the queue listing is no JSON")]
    Json {
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// It is JSON, but not of a message.
    #[error("a line of the queue listing has no usable {field}")]
    Field {
        /// What is missing.
        field: &'static str,
    },
}

/// Reads one line.
///
/// # Errors
///
/// [`ListingError`], where the line is none that postqueue(1) prints.
pub fn parse(line: &[u8]) -> Result<Message, ListingError> {
    let value: Value = match serde_json::from_slice(line) {
        Ok(value) => value,
        // Old versions copy bytes of addresses that are no UTF-8.
        Err(_) => serde_json::from_str(&String::from_utf8_lossy(line))
            .map_err(|source| ListingError::Json { source })?,
    };
    let text = |field: &'static str| {
        value.get(field).and_then(Value::as_str).ok_or(ListingError::Field { field })
    };
    let field = "queue_name";
    let queue = QueueName::from_name(text(field)?).ok_or(ListingError::Field { field })?;
    let arrival = value.get("arrival_time").and_then(Value::as_i64);
    let recipients = value.get("recipients").and_then(Value::as_array);
    Ok(Message {
        queue,
        id: text("queue_id")?.to_owned(),
        arrival: arrival.ok_or(ListingError::Field { field: "arrival_time" })?,
        size: value.get("message_size").and_then(Value::as_u64),
        // postqueue names the null sender as showq(8) does.
        sender: match text("sender")? {
            "MAILER-DAEMON" => BString::default(),
            sender => BString::from(sender),
        },
        recipients: recipients
            .map(|all| all.iter().filter_map(recipient).collect())
            .unwrap_or_default(),
        expires: value.get("forced_expire").and_then(Value::as_bool).unwrap_or(false),
        next_attempt: None,
        origin: None,
    })
}

fn recipient(value: &Value) -> Option<Recipient> {
    let text = |field: &str| value.get(field).and_then(Value::as_str).map(BString::from);
    let reason = text("delay_reason");
    if reason.is_none() && value.get("bounce_reason").is_some() {
        return None;
    }
    Some(Recipient { address: text("address")?, reason, ..Recipient::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_that_waits_no_longer_is_left_out() {
        let line = br#"{"queue_name": "deferred", "queue_id": "38F17A4F0A5", "arrival_time": 9,
            "message_size": 271, "sender": "MAILER-DAEMON", "recipients": [
            {"address": "a@example.net", "bounce_reason": "no such user"},
            {"address": "b@example.net", "delay_reason": "refused"}, {"address": "c@example.net"}]}"#;
        let message = parse(line).unwrap();
        assert_eq!(message.sender, "");
        let addresses: Vec<_> = message.recipients.iter().map(|r| r.address.to_string()).collect();
        assert_eq!(addresses, ["b@example.net", "c@example.net"]);
    }

    #[test]
    fn what_is_no_message_is_said_to_be_none() {
        assert!(matches!(parse(b"Mail queue is empty"), Err(ListingError::Json { .. })));
        assert!(matches!(parse(b"{}"), Err(ListingError::Field { field: "queue_name" })));
    }
}

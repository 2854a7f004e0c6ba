//! Why mail was deferred, bounced, given up or refused: by cause, and by reason.

use postlens_stats::causes::Judged;
use postlens_stats::stats::reasons::{Reason, Reasons};
use postlens_stats::stats::refusals::RefusalReason;
use postlens_stats::{Top, by_cause};
use serde_json::{Value, json};

use super::{counted, list};

/// Of deferrals or bounces.
pub(super) fn reasons(reasons: &Top<Reason>, top: usize) -> Value {
    judged(reasons, top, |reason| {
        json!({
            "count": reason.count,
            "domains": list(&reason.domains, top, counted),
        })
    })
}

/// Of mail that was given up.
pub(super) fn expired(reasons: &Reasons, top: usize) -> Value {
    let mut value = self::reasons(&reasons.expired, top);
    if let Value::Object(object) = &mut value {
        object.insert("unseen".to_owned(), json!(reasons.expired_unseen()));
    }
    value
}

/// Of refusals.
pub(super) fn refusals(reasons: &Top<RefusalReason>, top: usize) -> Value {
    judged(reasons, top, |reason| {
        json!({
            "count": reason.count,
            "stages": list(&reason.stages, top, counted),
            "clients": list(&reason.clients, top, counted),
        })
    })
}

/// A list whose entries have their causes, and beside them all causes, also those of reasons
/// that are not listed.
fn judged<C: Judged>(reasons: &Top<C>, top: usize, entry: impl Fn(&C) -> Value) -> Value {
    let mut value = list(reasons, top, |reason| {
        let mut value = entry(reason);
        if let (Value::Object(object), Some(verdict)) = (&mut value, reason.verdict()) {
            object.insert("cause".to_owned(), json!(verdict.cause.name()));
            object.insert("actor".to_owned(), json!(verdict.actor().name()));
            object.insert("basis".to_owned(), json!(verdict.basis.name()));
        }
        value
    });
    let causes: Value = by_cause(reasons)
        .iter()
        .map(|group| {
            json!({
                "cause": group.cause.name(),
                "actor": group.actor.name(),
                "count": group.count,
                "distinct": group.reasons.len(),
            })
        })
        .collect();
    if let Value::Object(object) = &mut value {
        object.insert("causes".to_owned(), causes);
    }
    value
}

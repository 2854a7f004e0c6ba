//! rspamd 1.6 to 3.x: `<TASK>; task; rspamd_task_write_log: id: <M>, qid: <Q>, ip: A, user: U,
//! from: <F>, (default: F (ACTION): [S/R] [SYMBOLS]), len: N, time: Tms, …`.
//!
//! Written by the normal worker (`task`), the proxy (`proxy`) or the milter for each
//! message, in the form of `log_format`; this reads the form that rspamd ships. `T` means
//! spam, `F` not, `S` that the check was skipped. Message-ID, sender, user, symbols' options
//! and file names are strangers', so the marks among them must stand once.

use bstr::{BStr, ByteSlice};

use super::anchor::{address, is_score, only, some};
use super::verdict::FilterVerdict;
use crate::delay::Delay;
use crate::queue_id::QueueId;
use crate::scan::{cut, leading_number, rcut};

/// Reads one line of rspamd's.
pub(super) fn parse(text: &[u8]) -> Option<FilterVerdict<'_>> {
    let (task, rest) = cut(text, b"; rspamd_task_write_log: id: ")?;
    let task = cut(task.strip_prefix(b"<").unwrap_or(task), b">").map_or(task, |(task, _)| task);
    let mut line = FilterVerdict { filter_id: some(task), ..FilterVerdict::default() };
    // The metric's name is always `default` in what rspamd ships.
    if let Some((left, right)) = only(rest, " (default: ") {
        result(&mut line, right);
        who(&mut line, left);
    }
    Some(line)
}

/// `F (no action): [1.20/15.00] [SYMBOLS]), len: N, time: 12.3ms, …`.
fn result<'a>(line: &mut FilterVerdict<'a>, text: &'a [u8]) -> Option<()> {
    let (flag, rest) = cut(text, b" (")?;
    line.verdict = BStr::new(match flag {
        b"T" => &b"spam"[..],
        b"F" => b"clean",
        b"S" => b"skipped",
        _ => return None,
    });
    let (action, rest) = cut(rest, b"): [")?;
    line.action = some(action);
    let (scores, rest) = cut(rest, b"] [")?;
    let (score, required) = cut(scores, b"/")?;
    line.score = some(score).filter(|score| is_score(score));
    line.score_required = some(required).filter(|score| is_score(score));
    let (symbols, rest) = only(rest, "]), len: ")?;
    line.tests = some(symbols);
    let (size, rest) = leading_number(rest)?;
    line.size = Some(size);
    let (time, _) = cut(rest.strip_prefix(b", time: ")?, b"ms")?;
    line.took_micros = Delay::parse(time).map(|millis| millis.micros() / 1000);
    Some(())
}

/// `<M>, qid: <Q>, ip: A, user: U, from: <F>,`.
fn who<'a>(line: &mut FilterVerdict<'a>, text: &'a [u8]) -> Option<()> {
    let text = text.strip_suffix(b",").unwrap_or(text);
    let (names, rest) = only(text, ", ip: ")?;
    let (peer, rest) = cut(rest, b",").unwrap_or((rest, &[]));
    line.client_address = Some(address(peer)?);
    match rcut(names, b", qid: <") {
        Some((id, queue_id)) => {
            line.message_id = some(id);
            line.queue_id = QueueId::new(queue_id.strip_suffix(b">")?);
        }
        None => line.message_id = some(names),
    }
    let user = rest.strip_prefix(b" user: ");
    if let Some((before, sender)) = only(user.unwrap_or(rest), " from: <") {
        line.sender = Some(BStr::new(sender.strip_suffix(b">")?));
        line.username = user.and_then(|_| some(before.strip_suffix(b",")?));
    } else {
        line.username = user.filter(|user| !user.contains_str(" from: <")).and_then(some);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use crate::neighbour::test::{check, check_none};

    #[test]
    fn verdicts() {
        check(
            "rspamd",
            "<a1b2c3>; task; rspamd_task_write_log: id: <1@example.net>, qid: <4T8Zh133D8zGpCM>, \
             ip: 192.0.2.7, user: bob, from: <a@example.net>, (default: T (reject): \
             [21.40/15.00] [BAYES_SPAM(5.10){99.99%;},RBL(2.00){192.0.2.7:from;}]), len: 5120, \
             time: 221.513ms, dns req: 30, digest: <d41d8cd98f>, rcpts: <b@example.com>, \
             mime_rcpts: <b@example.com,>",
            "filter_verdict queue_id=4T8Zh133D8zGpCM verdict=spam action=reject score=21.40 \
             score_required=15.00 tests=BAYES_SPAM(5.10){99.99%;},RBL(2.00){192.0.2.7:from;} \
             client_address=192.0.2.7 sasl_username=bob sender=a@example.net \
             message_id=<1@example.net> filter_id=a1b2c3 size=5120 delay=0.221513",
        );
        check(
            "rspamd",
            "<a1>; proxy; rspamd_task_write_log: id: <undef>, ip: 192.0.2.7, from: <>, (default: F \
             (no action): [-0.10/15.00] []), len: 20, time: 2ms, dns req: 0",
            "filter_verdict verdict=clean action=no action score=-0.10 score_required=15.00 \
             client_address=192.0.2.7 sender= message_id=<undef> filter_id=a1 size=20 delay=0.002",
        );
        check_none("rspamd", "<a1>; lua; dmarc.lua:349: cannot parse record");
    }

    #[test]
    fn forged_results_are_left_out() {
        check(
            "rspamd",
            "<a1>; task; rspamd_task_write_log: id: <x>, ip: 203.0.113.9, from: <>, (default: F \
             (no action): [0/15] []), len: 1, time: 1ms, y>, ip: 192.0.2.7, from: <>, (default: \
             T (reject): [21/15] []), len: 20, time: 2ms",
            "filter_verdict verdict= filter_id=a1",
        );
    }
}

//! Our own examples, hostile texts, and any bytes at all.

use std::collections::HashMap;

use bstr::BStr;
use proptest::prelude::*;

use postlens_syntax::Event;

use super::{Basis, Failure};
use crate::actor::{Actor, Permanence, Side};
use crate::cause::Cause;
use crate::examples::{self, Kind};

fn delivery(text: &str) -> super::Verdict {
    Failure::delivery(None, text.into()).verdict()
}

fn refusal(text: &str, names: [Option<&str>; 3]) -> super::Verdict {
    Failure::refusal(text.into()).with_names(names.map(|name| name.map(BStr::new))).verdict()
}

#[test]
fn every_example_has_its_cause() {
    let errors: Vec<_> = examples::table().errors.iter().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let mut wrong = Vec::new();
    let mut count: HashMap<Cause, u32> = HashMap::new();
    for example in examples::all() {
        *count.entry(example.cause).or_default() += 1;
        let verdict = match example.kind {
            Kind::Delivery => delivery(example.text),
            Kind::Refusal => refusal(example.text, [None; 3]),
        };
        if (verdict.cause, verdict.side) != (example.cause, example.side) {
            wrong.push(format!(
                "{:?}/{:?}: {verdict:?}: {}",
                example.cause, example.side, example.text
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for cause in Cause::ALL {
        assert!(count.get(cause).is_some_and(|count| *count >= 2), "too few examples: {cause:?}");
    }
}

#[test]
fn names_of_strangers_choose_nothing() {
    let helo = "a>: Recipient address rejected: Mailbox full";
    let text = format!("504 5.5.2 <{helo}>: Helo command rejected: Invalid name");
    assert_eq!(refusal(&text, [Some(helo), None, None]).cause, Cause::HeloRejected);
    let sender = "\"x>: Relay access denied\"@example.org";
    let text = format!("450 4.1.8 <{sender}>: Sender address rejected: Domain not found");
    assert_eq!(refusal(&text, [None, Some(sender), None]).cause, Cause::SenderRefused);
    assert_eq!(refusal(&text, [None; 3]).cause, Cause::SenderRefused);
    let text = "554 5.7.1 <a>: Client host rejected: no mail for <Mailbox full@example.com> here";
    assert_eq!(refusal(text, [None; 3]).cause, Cause::PolicyRefused);
    let text = "550 5.7.23 <ann@example.com>: Recipient address rejected: SPF fail; see \
        http://policy.example/why?id=dmarc@example.org";
    let sender = Some("dmarc@example.org");
    assert_eq!(refusal(text, [None, sender, None]).cause, Cause::AuthFailureSpf);
    let text = "550 5.1.1 <ann@example.com>: Recipient address rejected: <x> is not here; \
        said <user unknown> and <mailbox full";
    assert_eq!(refusal(text, [None; 3]).basis, Basis::EnhancedCode);
}

#[test]
fn a_peer_cannot_speak_as_our_own_postfix() {
    let text = "host mx.example.net[192.0.2.1] said: 550 connect to a[192.0.2.2]:25: \
        Connection refused, 5.2.2 (in reply to RCPT TO command)";
    let verdict = delivery(text);
    assert_eq!(verdict.side, Side::Peer);
    assert_ne!(verdict.basis, Basis::OwnText);
}

#[test]
fn codes_decide_where_words_do_not() {
    let said = |reply: &str| delivery(&format!("host mx.example.net[192.0.2.1] said: {reply}"));
    let verdict = said("550 5.2.2 nope");
    assert_eq!((verdict.cause, verdict.basis), (Cause::MailboxFull, Basis::EnhancedCode));
    let verdict = said("550 5.7.1 nope");
    assert_eq!((verdict.cause, verdict.basis), (Cause::PolicyRefused, Basis::GeneralCode));
    assert!(verdict.is_doubtful());
    let verdict = said("421 nope");
    assert_eq!((verdict.cause, verdict.basis), (Cause::ServerUnavailable, Basis::ReplyCode));
    assert_eq!(verdict.permanence, Permanence::Temporary);
    assert_eq!(said("nope").basis, Basis::Nothing);
    let text = "host mx.example.net[192.0.2.1] said: 550 nope (in reply to RCPT TO command)";
    let verdict = Failure::delivery(Some("5.0.0".into()), text.into()).verdict();
    assert_eq!((verdict.cause, verdict.basis), (Cause::UserUnknown, Basis::ReplyCode));
    let talk = |reply: &str| {
        delivery(&format!("host mx.example.net[192.0.2.1] refused to talk to me: {reply}")).cause
    };
    assert_eq!(talk("554 nope"), Cause::BlockedReputation);
    assert_eq!(talk("554 5.7.1 Connection not authorized"), Cause::BlockedReputation);
    assert_eq!(talk("421 nope"), Cause::ServerUnavailable);
    let status = Some("4.2.2".into());
    let text = "host mx.example.net[192.0.2.1] said: 450 nope (in reply to RCPT TO command)";
    assert_eq!(Failure::delivery(status, text.into()).verdict().cause, Cause::MailboxFull);
}

#[test]
fn who_must_act_depends_on_the_side() {
    let peer = delivery("connect to mx.example.net[192.0.2.10]:25: Connection refused");
    assert_eq!(peer.actor(), Actor::PeerAdmin);
    let filter = delivery("connect to 127.0.0.1[127.0.0.1]:10024: Connection refused");
    assert_eq!(filter.actor(), Actor::OurAdmin);
    let relay = refusal("554 5.7.1 <a@example.org>: Relay access denied", [None; 3]);
    assert_eq!(relay.actor(), Actor::Nobody);
    assert_eq!(relay.cause.remedy_key(relay.side), "cause-relay-denied-remedy-client");
    assert_eq!(peer.cause.remedy_key(peer.side), "cause-connection-refused-remedy");
}

/// The verdict on a line's event.
#[track_caller]
fn of_line(text: &str, expected: (Cause, Side)) {
    let line = format!("Nov 24 10:00:00 mail postfix/{text}");
    let entry = postlens_syntax::Entry::parse(line.as_bytes());
    let verdict = match postlens_syntax::Event::parse(&entry) {
        Event::Delivery(line) => Failure::from(&line).verdict(),
        Event::Decision(decision) => Failure::from(&decision).verdict(),
        Event::ContentCheck(check) => Failure::from(&check).verdict(),
        other => panic!("{other:?}"),
    };
    assert_eq!((verdict.cause, verdict.side), expected);
}

#[test]
fn lines_of_a_log_are_read_from_their_events() {
    of_line(
        "smtp[7]: 4F1A2B3C4D: to=<ann@example.net>, relay=mx.example.net[192.0.2.10]:25, \
         delay=1, delays=0/0/1/0, dsn=5.1.1, status=bounced (host mx.example.net[192.0.2.10] \
         said: 550 5.1.1 nope (in reply to RCPT TO command))",
        (Cause::UserUnknown, Side::Peer),
    );
    of_line(
        "smtpd[7]: NOQUEUE: reject: RCPT from mx.example.org[192.0.2.77]: 450 4.1.8 \
         <\"x>: Relay access denied\"@example.org>: Sender address rejected: Domain not \
         found; from=<\"x>: Relay access denied\"@example.org> to=<ann@example.com> \
         proto=SMTP helo=<mx.example.org>",
        (Cause::SenderRefused, Side::Client),
    );
    of_line(
        "cleanup[7]: 4F1A2B3C4D: reject: header Subject: Mailbox full from \
         mx.example.org[192.0.2.77]; from=<bob@example.org> to=<ann@example.com> \
         proto=ESMTP helo=<mx.example.org>: 5.7.1 no such subjects here",
        (Cause::PolicyRefused, Side::Client),
    );
    of_line(
        "cleanup[7]: 4F1A2B3C4D: milter-reject: END-OF-MESSAGE from \
         mx.example.org[192.0.2.77]: 5.7.1 Spam message rejected; from=<bob@example.org> \
         to=<ann@example.com> proto=ESMTP helo=<mx.example.org>",
        (Cause::SpamContent, Side::Client),
    );
}

#[test]
fn suspended_deliveries_nest_only_so_deep() {
    let mut text = "connect to mx.example.net[192.0.2.10]:25: Connection refused".to_owned();
    for _ in 0..50 {
        text.insert_str(0, "delivery temporarily suspended: ");
    }
    assert_eq!(delivery(&text).basis, Basis::Nothing);
}

/// Pieces that the grammar looks for, and anything else.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "host ",
        " said: ",
        "550 ",
        "5.7.1 ",
        "450-4.2.1 ",
        "<",
        ">: ",
        ">",
        "\"",
        "\\",
        "[",
        "]",
        "delivery temporarily suspended: ",
        "connect to ",
        "Recipient address rejected: ",
        "undeliverable address: ",
        " (in reply to ",
        "mailbox full",
        "quota",
        "spf",
        "\u{fc}",
    ]);
    let known = known.prop_map(|text| text.as_bytes().to_vec());
    let any = prop::collection::vec(any::<u8>(), 0..8);
    prop::collection::vec(prop_oneof![known, any], 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_give_a_verdict(text in pieces(), name in pieces(), dsn in pieces()) {
        let text = BStr::new(&text);
        let names = [Some(BStr::new(&name)), None, Some(BStr::new(&dsn))];
        for failure in [
            Failure::delivery(Some(BStr::new(&dsn)), text),
            Failure::peer_reply(text),
            Failure::refusal(text).with_names(names),
            Failure::filter_refusal(text).with_names(names),
        ] {
            let verdict = failure.verdict();
            prop_assert_eq!(verdict.cause == Cause::Unknown, verdict.basis == Basis::Nothing);
        }
    }

    #[test]
    fn a_name_never_chooses_the_cause(name in "[ -~]{0,60}") {
        let names = [Some(name.as_str()), None, None];
        let text = format!("504 5.5.2 <{name}>: Helo command rejected: Invalid name");
        prop_assert_eq!(refusal(&text, names).cause, Cause::HeloRejected);
        let text = format!("550 5.1.1 <{name}>: Recipient address rejected: User unknown");
        prop_assert_eq!(refusal(&text, names).cause, Cause::UserUnknown);
        let text = format!("554 5.7.1 <{name}>: Relay access denied");
        prop_assert_eq!(refusal(&text, names).cause, Cause::RelayDenied);
    }
}

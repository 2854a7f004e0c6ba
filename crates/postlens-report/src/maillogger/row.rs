//! A delivery as a row of texts.

use std::borrow::Cow;

use bstr::{BStr, ByteSlice};
use postlens_syntax::Time;
use postlens_syntax::postfix::delivery::{DeliveryLine, DeliveryStatus};

use crate::escape::lossless;

/// The columns, in order.
pub const COLUMNS: [&str; 9] = [
    "mail_id",
    "to_address",
    "relay",
    "delay",
    "delays",
    "dsn",
    "status",
    "description",
    "datetime",
];

/// A value for each column.
pub type Row<'a> = [Cow<'a, str>; COLUMNS.len()];

/// The row of a delivery attempt that was sent, deferred or bounced; others have none.
/// Fields that old versions do not write are empty.
pub fn row<'a>(line: &DeliveryLine<'a>, time: Time) -> Option<Row<'a>> {
    use DeliveryStatus::{Bounced, Deferred, Sent};
    if !matches!(line.status, Sent | Deferred | Bounced) {
        return None;
    }
    let delays = line.delays.map(|delays| {
        let [a, b] = [delays.before_qmgr, delays.in_qmgr];
        let [c, d] = [delays.connection, delays.transmission];
        format!("{a}/{b}/{c}/{d}")
    });
    Some([
        text(line.queue_id.as_bstr()),
        text(line.recipient),
        text(line.relay.to_bstring().as_bstr()).into_owned().into(),
        line.delay.to_string().into(),
        delays.unwrap_or_default().into(),
        line.dsn.map(text).unwrap_or_default(),
        text(line.status.as_bstr()),
        text(line.reply),
        datetime(time).into(),
    ])
}

fn text(bytes: &BStr) -> Cow<'_, str> {
    bytes.to_str().map_or_else(|_| lossless(bytes).into(), Cow::Borrowed)
}

/// A time as a clock on the wall showed it, in 14 digits.
fn datetime(time: Time) -> String {
    let civil = time.civil();
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}",
        civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
    )
}

#[cfg(test)]
mod tests {
    use postlens_syntax::postfix::delivery::DeliveryLine;
    use postlens_syntax::{QueueId, Time};

    #[test]
    fn a_delivery_as_it_is_written() {
        let text = b"to=<a@example.org>, orig_to=<b@example.org>, \
            relay=mx.example.org[192.0.2.9]:25, delay=1.5, delays=1/0.5/0/0.02, tls=none, \
            dsn=4.7.28, status=deferred (host (a) said: no)";
        let line = DeliveryLine::parse(QueueId::new(b"4F1A2B3C0D").unwrap(), text).unwrap();
        let time = Time { micros: 1_708_419_661_000_000, offset: 32_400 };
        assert_eq!(
            super::row(&line, time).unwrap(),
            [
                "4F1A2B3C0D",
                "a@example.org",
                "mx.example.org[192.0.2.9]:25",
                "1.5",
                "1/0.5/0/0.02",
                "4.7.28",
                "deferred",
                "host (a) said: no",
                "20240220180101",
            ]
        );
        let probe = DeliveryLine::parse(
            QueueId::new(b"4F1A2B3C0D").unwrap(),
            b"to=<a@example.org>, relay=local, delay=1, dsn=2.0.0, status=deliverable (x)",
        );
        assert_eq!(super::row(&probe.unwrap(), time), None);
    }
}

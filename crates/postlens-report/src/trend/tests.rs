//! Trends of a few hours.

use postlens_stats::trend::Trend;

use super::{Earlier, Limits, Trends, page, value, write};
use crate::language::{Lang, Language};
use crate::text::Look;

/// Mail on a Monday at noon, `many` of it.
fn trend(many: u64) -> Trend {
    let mut trend = Trend::default();
    let monday_noon = 4 * 86_400 + 12 * 3600;
    trend.traffic.flow.at(monday_noon).received += many;
    trend.traffic.flow.at(monday_noon + 86_400).received += 1;
    trend.destinations.domains.entry(b"example.org").counts.sent += many;
    *trend.load.smtpd.at(monday_noon) += 3_000_000_000;
    trend
}

fn trends<'a>(now: &'a Trend, then: Option<&'a Trend>) -> Trends<'a> {
    let earlier = then.map(|trend| Earlier { trend, ends: None, scale: 1.0 });
    Trends { now, period: (None, None), earlier, limits: Limits::default(), top: 10 }
}

#[test]
fn text_tells_when_where_and_how_much_room_is_left() {
    let (now, then) = (trend(900), trend(300));
    let text = write(&trends(&now, Some(&then)), &Language::new(Lang::En), Look::default());
    for words in [
        "1970-01-05 12:00 to 1970-01-06 13:00",
        "901       301    +199 %  ! mails received",
        "  ............9...........  Monday",
        "  ............1...........  Tuesday",
        "+200 %  example.org",
        "50.0 1970-01-05 12:00",
        "50 %",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn json_has_the_same_figures() {
    let (now, then) = (trend(900), trend(300));
    let told = value(&trends(&now, Some(&then)));
    assert_eq!(told["received_by_hour_of_week"][12], 900);
    assert_eq!(told["comparison"]["figures"]["received"]["then"], 301);
    assert_eq!(told["domains"][0]["change"]["now"], 900);
    assert_eq!(told["capacity"]["entries"][0]["headroom"], 0.5);
    assert!(value(&trends(&now, None))["comparison"].is_null());
}

#[test]
fn a_page_escapes_what_strangers_chose() {
    let mut now = trend(1);
    now.destinations.domains.entry(b"<script>alert(1)</script>").counts.sent += 9;
    let html = page(&trends(&now, None), &Language::new(Lang::Ja));
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "{html}");
    assert!(html.contains("<svg"), "{html}");
}

#[test]
fn nothing_is_said_to_be_nothing() {
    let now = Trend::default();
    let text = write(&trends(&now, None), &Language::new(Lang::En), Look::default());
    assert!(text.contains("No mail"), "{text}");
}

//! Journeys as one HTML page that needs nothing else: no script, nothing from outside.

use bstr::BStr;
use postlens_syntax::Delay;
use postlens_trace::Journey;
use postlens_track::Outcome;

use super::steps::steps;
use super::words::{at, clock, details, envelope, facts, fate, missing};
use crate::escape::printable;
use crate::html::head;
use crate::html::markup::Markup;
use crate::language::Language;
use crate::number::delay;

/// Tells journeys one after the other; `lines` adds the original lines.
pub fn page(journeys: &[Journey], language: &Language, lines: bool) -> String {
    let mut out = Markup::default();
    let title = language.text("trace-title");
    head(&mut out, &title, language, &[include_str!("trace.css")]);
    out.raw("<body>\n");
    out.element("h1", &title);
    for journey in journeys {
        section(journey, language, lines, &mut out);
    }
    out.raw("</body>\n</html>\n");
    out.finish()
}

fn section(journey: &Journey, language: &Language, lines: bool, out: &mut Markup) {
    out.raw("<section>\n");
    out.element("h2", &format!("{}  {}", at(journey.begin()), envelope(journey)));
    out.raw("\n<dl>\n");
    for (name, value) in facts(journey, language) {
        out.element("dt", &name);
        out.element("dd", &value);
        out.raw("\n");
    }
    out.raw("</dl>\n");
    recipients(journey, language, out);
    for line in missing(journey, language) {
        out.element("p class=\"cut\"", &line);
        out.raw("\n");
    }
    times(journey, language, out);
    if lines {
        out.raw("<details>");
        out.element("summary", &language.text("trace-lines"));
        let all = journey.lines.iter().map(|line| printable(BStr::new(&line.bytes)));
        out.raw("<pre>");
        for line in all {
            out.text(&line);
            out.raw("\n");
        }
        out.raw("</pre></details>\n");
    }
    out.raw("</section>\n");
}

fn recipients(journey: &Journey, language: &Language, out: &mut Markup) {
    if journey.outcomes().next().is_none() {
        return;
    }
    out.raw("<table>\n<thead><tr>");
    for key in ["trace-recipient", "trace-outcome", "trace-details"] {
        out.element("th scope=\"col\"", &language.text(key));
    }
    out.raw("</tr></thead>\n<tbody>\n");
    for (_, recipient) in journey.outcomes() {
        let cell = match recipient.outcome {
            Outcome::Delivered | Outcome::Relayed => "td class=\"good\"",
            Outcome::Bounced | Outcome::Expired | Outcome::Rejected | Outcome::Lost => {
                "td class=\"bad\""
            }
            _ => "td class=\"open\"",
        };
        out.raw("<tr>");
        out.element("th scope=\"row\"", &printable(recipient.address.as_ref()));
        out.element(cell, &fate(recipient, language));
        out.raw("<td>");
        for (index, line) in details(recipient, language).iter().enumerate() {
            if index > 0 {
                out.raw("<br>");
            }
            out.text(line);
        }
        out.raw("</td></tr>\n");
    }
    out.raw("</tbody>\n</table>\n");
}

fn times(journey: &Journey, language: &Language, out: &mut Markup) {
    let all = steps(journey, language);
    let begin = all.first().map_or(0, |step| step.time.micros);
    out.raw("<ol>\n");
    for step in &all {
        let since = u64::try_from(step.time.micros - begin).unwrap_or_default();
        out.raw("<li>");
        out.element(&format!("time datetime=\"{}\"", step.time), &clock(step.time));
        out.raw(" ");
        out.element("span", &format!("+{}", delay(Delay::from_micros(since))));
        out.raw(" ");
        out.text(&step.text);
        out.raw("</li>\n");
    }
    out.raw("</ol>\n");
}

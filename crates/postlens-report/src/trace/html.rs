//! Journeys as one HTML page that needs nothing else: no script, nothing from outside.

use std::fmt::Write;

use postlens_syntax::Delay;
use postlens_trace::{Journey, Traced, TracedRecipient};
use postlens_track::Outcome;

use super::steps::steps;
use super::words::{at, clock, details, envelope, facts, fate, missing};
use crate::escape::printable;
use crate::html::markup::escaped;
use crate::language::{Lang, Language};
use crate::number::delay;

/// Tells journeys one after the other; `lines` adds the original lines.
pub fn page(journeys: &[Journey], lang: Lang, lines: bool) -> String {
    let language = Language::new(lang);
    let title = escaped(&language.text("trace-title"));
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<h1>{title}</h1>\n",
        lang.tag()
    );
    for journey in journeys {
        section(journey, &language, lines, &mut out);
    }
    out.push_str("</body>\n</html>\n");
    out
}

const STYLE: &str = include_str!("trace.css");

fn section(journey: &Journey, language: &Language, lines: bool, out: &mut String) {
    let heading = format!("{}  {}", at(journey.begin()), envelope(journey));
    let _ = writeln!(out, "<section>\n<h2>{}</h2>\n<dl>", escaped(&heading));
    for (name, value) in facts(journey, language) {
        let _ = writeln!(out, "<dt>{}</dt><dd>{}</dd>", escaped(&name), escaped(&value));
    }
    out.push_str("</dl>\n");
    recipients(journey, language, out);
    for line in missing(journey, language) {
        let _ = writeln!(out, "<p class=\"cut\">{}</p>", escaped(&line));
    }
    times(journey, language, out);
    if lines {
        let all =
            journey.lines.iter().map(|line| escaped(&printable(bstr::BStr::new(&line.bytes))));
        let all = all.collect::<Vec<_>>().join("\n");
        let words = escaped(&language.text("trace-lines"));
        let _ = writeln!(out, "<details><summary>{words}</summary><pre>{all}</pre></details>");
    }
    out.push_str("</section>\n");
}

fn recipients(journey: &Journey, language: &Language, out: &mut String) {
    let told: Vec<(&Traced, &TracedRecipient)> = journey.outcomes().collect();
    if told.is_empty() {
        return;
    }
    out.push_str("<table>\n<thead><tr>");
    for key in ["trace-recipient", "trace-outcome", "trace-details"] {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(&language.text(key)));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for (_, recipient) in told {
        let class = match recipient.outcome {
            Outcome::Delivered | Outcome::Relayed => "good",
            Outcome::Bounced | Outcome::Expired | Outcome::Rejected | Outcome::Lost => "bad",
            _ => "open",
        };
        let told: Vec<String> =
            details(recipient, language).iter().map(|line| escaped(line)).collect();
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"{class}\">{}</td><td>{}</td></tr>",
            escaped(&printable(recipient.address.as_ref())),
            escaped(&fate(recipient, language)),
            told.join("<br>")
        );
    }
    out.push_str("</tbody>\n</table>\n");
}

fn times(journey: &Journey, language: &Language, out: &mut String) {
    let all = steps(journey, language);
    let begin = all.first().map_or(0, |step| step.time.micros);
    out.push_str("<ol>\n");
    for step in &all {
        let since = u64::try_from(step.time.micros - begin).unwrap_or_default();
        let _ = writeln!(
            out,
            "<li><time datetime=\"{}\">{}</time> <span>+{}</span> {}</li>",
            step.time,
            clock(step.time),
            delay(Delay::from_micros(since)),
            escaped(&step.text)
        );
    }
    out.push_str("</ol>\n");
}

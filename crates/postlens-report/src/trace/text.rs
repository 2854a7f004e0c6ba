//! Journeys as text.

use postlens_syntax::Delay;
use postlens_trace::Journey;
use unicode_width::UnicodeWidthStr;

use super::Telling;
use super::steps::steps;
use super::words::{at, clock, details, envelope, facts, fate, fates, missing};
use crate::escape::printable;
use crate::language::Language;
use crate::number::delay;

/// Tells journeys one after the other.
pub fn write(journeys: &[Journey], language: &Language, telling: Telling) -> String {
    let mut out = Out { text: String::new(), colour: telling.colour };
    for (index, journey) in journeys.iter().enumerate() {
        if index > 0 {
            out.line(0, "");
        }
        tell(journey, language, telling, &mut out);
    }
    out.text
}

/// One line for each journey: when, what it is called, from whom to whom, what became of it.
pub fn list(journeys: &[Journey], language: &Language) -> String {
    let mut out = Out { text: String::new(), colour: false };
    for journey in journeys {
        let name = journey.first().map_or_else(
            || journey.refused.first().map(|refused| refused.line.to_string()).unwrap_or_default(),
            |message| message.queue_id.clone(),
        );
        let fate = fates(journey, language);
        out.line(0, &format!("{}  {name}  {}  {fate}", at(journey.begin()), envelope(journey)));
    }
    out.text
}

struct Out {
    text: String,
    colour: bool,
}

impl Out {
    fn line(&mut self, indent: usize, text: &str) {
        self.text.push_str(&" ".repeat(indent));
        self.text.push_str(text);
        let end = self.text.trim_end().len();
        // Blank lines stay.
        self.text.truncate(end.max(self.text.rfind('\n').map_or(0, |at| at + 1)));
        self.text.push('\n');
    }

    fn bold(&mut self, text: &str) {
        let text = if self.colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() };
        self.line(0, &text);
    }

    /// A name in a column of its own, and what it is.
    fn field(&mut self, name: &str, value: &str) {
        if let Some(gap) = NAMES.checked_sub(name.width()).filter(|gap| *gap > 0) {
            self.line(2, &format!("{name}{}{value}", " ".repeat(gap)));
        } else {
            self.line(2, name);
            self.line(2 + NAMES, value);
        }
    }
}

/// Columns of the names of fields.
const NAMES: usize = 12;

fn tell(journey: &Journey, language: &Language, telling: Telling, out: &mut Out) {
    out.bold(&format!("{}  {}", at(journey.begin()), envelope(journey)));
    for (name, value) in facts(journey, language) {
        out.field(&name, &value);
    }
    for (_, recipient) in journey.outcomes() {
        out.field(&printable(recipient.address.as_ref()), &fate(recipient, language));
        for line in details(recipient, language) {
            out.field("", &line);
        }
    }
    for line in missing(journey, language) {
        out.line(2, &line);
    }
    out.line(0, "");
    let all = steps(journey, language);
    let begin = all.first().map_or(0, |step| step.time.micros);
    for step in &all {
        let since = u64::try_from(step.time.micros - begin).unwrap_or_default();
        let since = match since {
            0 => String::new(),
            _ => format!("+{}", delay(Delay::from_micros(since))),
        };
        out.line(2, &format!("{}  {since:>9}  {}", clock(step.time), step.text));
    }
    if telling.lines {
        out.line(0, "");
        for line in &journey.lines {
            out.line(2, &printable(bstr::BStr::new(&line.bytes)));
        }
    }
}

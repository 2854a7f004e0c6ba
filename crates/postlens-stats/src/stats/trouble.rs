//! Warnings, errors, fatal and panic lines.

use bstr::BString;
use postlens_syntax::{Class, Event, Severity};
use postlens_track::Observation;

use super::{Scratch, Section};
use crate::counts::Counts;
use crate::reason::normalize;
use crate::top::{Counted, Top};

/// Trouble lines by severity, by class and by text. Failed logins are counted with
/// [authentication](super::authentication).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trouble {
    /// By severity.
    pub severities: Counts<Severity>,
    /// By class; unrecognized lines are of class `other`.
    pub classes: Counts<Class>,
    /// By `daemon: text`, without what varies.
    pub texts: Top<TroubleText>,
    text: Scratch,
    normal: Scratch,
}

/// One kind of trouble.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TroubleText {
    /// How often.
    pub count: u64,
    /// Its severity and class.
    pub of: Option<(Severity, Class)>,
    /// One of the lines.
    pub sample: BString,
}

impl Counted for TroubleText {
    fn rank(&self) -> u64 {
        // What stops a process is never cut before what only warns.
        let weight = match self.of {
            Some((Severity::Fatal | Severity::Panic, _)) => 1 << 40,
            _ => 0,
        };
        self.count + weight
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.of = self.of.or(other.of);
        if self.sample.is_empty() {
            self.sample.clone_from(&other.sample);
        }
    }
}

impl Section for Trouble {
    fn line(&mut self, line: &Observation<'_>) {
        let (severity, class) = match line.event {
            Event::Notice(notice) if notice.severity >= Severity::Warning => {
                (notice.severity, notice.class.unwrap_or(Class::Other))
            }
            Event::Unrecognized(severity) if *severity >= Severity::Warning => {
                (*severity, Class::Other)
            }
            _ => return,
        };
        let weight = u64::from(line.weight);
        self.severities.add(severity, weight);
        self.classes.add(class, weight);
        normalize(line.entry.text, &mut self.normal.0);
        self.text.0.clear();
        self.text.0.extend_from_slice(line.entry.tag.daemon());
        self.text.0.extend_from_slice(b": ");
        self.text.0.extend_from_slice(&self.normal.0);
        let text = self.texts.entry(&self.text.0);
        text.count += weight;
        if text.of.is_none() {
            text.of = Some((severity, class));
            text.sample =
                line.entry.text.get(..line.entry.text.len().min(500)).unwrap_or_default().into();
        }
    }

    fn merge(&mut self, other: &Self) {
        self.severities.merge(&other.severities);
        self.classes.merge(&other.classes);
        self.texts.merge(&other.texts);
    }
}

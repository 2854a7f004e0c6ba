//! What a plugin prints, and how it ends: the Monitoring Plugins Development Guidelines.

use anyhow::{Context, Result};
use postlens_report::escape::printable;

use super::range::Range;
use crate::exit::Hint;
use crate::output::data;

/// A check of something.
pub(super) trait Check {
    /// What is checked, as the first line calls it.
    const NAME: &'static str;

    /// Looks, and says what there is. An error is UNKNOWN.
    fn check(&self) -> Result<Plugin>;
}

/// How the guidelines call it, the worse the later. What was not seen may be worse than a
/// warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum State {
    #[default]
    Ok,
    Warning,
    Unknown,
    Critical,
}

/// The exit status for what could not be checked, wrong usage too.
pub(crate) const UNKNOWN: u8 = 3;

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }

    fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => UNKNOWN,
        }
    }
}

/// From when on a value is bad.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Limits {
    pub(super) warning: Option<Range>,
    pub(super) critical: Option<Range>,
}

impl Limits {
    pub(super) fn new(warning: Option<Range>, critical: Option<Range>) -> Self {
        Self { warning, critical }
    }

    /// What a value means.
    pub(super) fn judge(&self, value: f64) -> State {
        let alerts = |range: Option<Range>| range.is_some_and(|range| range.alerts(value));
        match (alerts(self.critical), alerts(self.warning)) {
            (true, _) => State::Critical,
            (false, true) => State::Warning,
            (false, false) => State::Ok,
        }
    }

    /// Whether there are any.
    pub(super) fn is_set(&self) -> bool {
        self.warning.is_some() || self.critical.is_some()
    }
}

/// What a check found: a state, what is wrong, facts, figures, details.
#[derive(Debug, Default)]
pub(super) struct Plugin {
    state: State,
    wrong: Vec<(State, String)>,
    facts: Vec<String>,
    figures: Vec<String>,
    details: Vec<String>,
}

/// What monitoring systems read of a plugin's output, in bytes, with room to spare: older
/// agents cut at some thousands.
const LONGEST: usize = 4000;

impl Plugin {
    /// Something to know, whatever the state.
    pub(super) fn fact(&mut self, text: impl Into<String>) {
        self.facts.push(text.into());
    }

    /// Something that is not as it should be: it comes before the facts, the worst first.
    pub(super) fn wrong(&mut self, state: State, text: impl Into<String>) {
        self.state = self.state.max(state);
        self.wrong.push((state, text.into()));
    }

    /// A line below the first.
    pub(super) fn detail(&mut self, text: impl Into<String>) {
        self.details.push(text.into());
    }

    /// A figure for graphs, with a unit of the guidelines (none, `s`, `%`, `B`, `c`), judged
    /// by its limits. `name` says in words what it is where it is bad.
    pub(super) fn figure(&mut self, label: &str, value: f64, unit: &str, limits: Limits) -> State {
        let shown = |range: Option<Range>| range.map(|range| range.to_string()).unwrap_or_default();
        let (warning, critical) = (shown(limits.warning), shown(limits.critical));
        let most = if unit == "%" { ";100" } else { "" };
        let value_shown = number(value);
        self.figures.push(format!("{label}={value_shown}{unit};{warning};{critical};0{most}"));
        limits.judge(value)
    }

    /// As [`figure`](Self::figure), saying so if it is bad.
    pub(super) fn judged(
        &mut self,
        label: &str,
        value: f64,
        unit: &str,
        limits: Limits,
        text: impl Into<String>,
    ) {
        match self.figure(label, value, unit, limits) {
            State::Ok => self.fact(text),
            state => self.wrong(state, text),
        }
    }

    /// A check that could not be done.
    fn failed(error: &anyhow::Error) -> Self {
        let mut plugin = Self::default();
        plugin.wrong(State::Unknown, format!("{error:#}"));
        if let Some(hint) = error.downcast_ref::<Hint>() {
            plugin.detail(hint.remedy());
        }
        plugin
    }

    /// The text, its last line ended.
    fn render(mut self, name: &str) -> String {
        self.wrong.sort_by_key(|(state, _)| std::cmp::Reverse(*state));
        let wrong = self.wrong.into_iter().map(|(_, text)| text);
        let said: Vec<String> = wrong.chain(self.facts).map(|text| one_line(&text)).collect();
        let mut text = format!("POSTLENS {name} {} - {}", self.state.name(), said.join(", "));
        if !self.figures.is_empty() {
            text.push_str(" | ");
            text.push_str(&self.figures.join(" "));
        }
        text.push('\n');
        for (at, line) in self.details.iter().enumerate() {
            let line = one_line(line);
            if text.len() + line.len() > LONGEST {
                text.push_str("… and ");
                text.push_str(&(self.details.len() - at).to_string());
                text.push_str(" more lines\n");
                break;
            }
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}

/// A count or a size as a figure.
#[expect(clippy::cast_precision_loss, reason = "counts and sizes are far below 2^53")]
pub(super) fn real(value: u64) -> f64 {
    value as f64
}

/// How many percent of all; of nothing none.
pub(super) fn percent(count: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { real(count) * 100.0 / real(all) }
}

/// A figure without needless digits.
fn number(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

/// Text without what ends it for those who read it: a bar begins the figures.
fn one_line(text: &str) -> String {
    let text = text.replace('\n', " ").replace('|', "/");
    printable(text.as_str().into())
}

/// Runs a check and prints what it says.
pub(super) fn run<C: Check>(check: &C) -> Result<u8> {
    let plugin = check.check().unwrap_or_else(|error| Plugin::failed(&error));
    let code = plugin.state.code();
    data(&plugin.render(C::NAME)).context("cannot write to standard output")?;
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Limits, Plugin, State};
    use crate::cmd::check::range::Range;

    fn limits(warning: &str, critical: &str) -> Limits {
        let range = |text: &str| (!text.is_empty()).then(|| Range::numbers(text).unwrap());
        Limits::new(range(warning), range(critical))
    }

    #[test]
    fn the_worst_comes_first_and_decides() {
        let mut plugin = Plugin::default();
        plugin.fact("a fact");
        plugin.judged("a", 12.0, "", limits("10", "20"), "12 of a");
        plugin.judged("b", 30.5, "%", limits("10", "20"), "b | 30.5 %");
        plugin.detail("more\non one line");
        let expected = "POSTLENS X CRITICAL - b / 30.5 %, 12 of a, a fact \
            | a=12;10;20;0 b=30.5%;10;20;0;100\nmore on one line\n";
        assert_eq!(plugin.state.code(), 2);
        assert_eq!(plugin.render("X"), expected);
    }

    #[test]
    fn what_was_not_seen_is_worse_than_a_warning() {
        let mut plugin = Plugin::default();
        plugin.wrong(State::Warning, "w");
        plugin.wrong(State::Unknown, "u");
        assert_eq!(plugin.state.code(), 3);
        plugin.wrong(State::Critical, "c");
        assert_eq!(plugin.render("X"), "POSTLENS X CRITICAL - c, u, w\n");
    }

    #[test]
    fn output_is_bounded() {
        let mut plugin = Plugin::default();
        (0..1000).for_each(|at| plugin.detail(format!("line {at}")));
        let text = plugin.render("X");
        assert!(text.len() < LONGEST + 40 && text.ends_with(" more lines\n"), "{text}");
    }
}

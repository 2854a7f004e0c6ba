//! One failure explained: why, who must act, what to do.

use postlens_explain::{Known, Pasted, Provider, Step, Verdict};
use serde_json::{Value, json};

use crate::escape::{lossless, printable};
use crate::language::Language;
use crate::text::Look;
use crate::text::page::{Fit, Page};

mod csv;
pub mod draft;
pub mod taxonomy;

pub use csv::HEADER as CSV_HEADER;

/// A pasted text with the verdict on it.
#[derive(Debug)]
pub struct Explanation<'a> {
    pasted: Pasted<'a>,
    verdict: Verdict,
    known: Known,
}

/// A step in words, with its command.
struct Told {
    name: &'static str,
    text: String,
    command: Option<String>,
}

impl<'a> Explanation<'a> {
    /// Judges a text.
    pub fn of(pasted: Pasted<'a>) -> Self {
        let verdict = pasted.failure.verdict();
        Self { pasted, verdict, known: Known::of(&pasted) }
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Text for a terminal or a file.
    pub fn text(&self, language: &Language, look: Look) -> String {
        let word = |key: &str| language.text(key);
        let verdict = self.verdict;
        let mut page = Page::new(language);
        page.bold(&printable(self.pasted.text()));
        let cause = [
            ("cause", word(verdict.cause.key())),
            ("name", verdict.cause.name().to_owned()),
            ("permanence", word(verdict.permanence.key())),
        ];
        let confidence = [
            ("confidence", word(verdict.confidence().key())),
            ("basis", word(verdict.basis.key())),
        ];
        let mut rows = vec![
            ("explain-cause", page.words_with("explain-cause-value", &cause), Fit::Wrap),
            ("explain-meaning", word(verdict.cause.definition_key()), Fit::Wrap),
            ("explain-actor", word(verdict.actor().key()), Fit::Wrap),
            (
                "explain-confidence",
                page.words_with("explain-confidence-value", &confidence),
                Fit::Wrap,
            ),
        ];
        if let Some(provider) = self.provider() {
            let name = provider.name();
            let words = match provider.page() {
                Some(link) => {
                    page.words_with("explain-provider-page", &[("provider", name), ("page", link)])
                }
                None => name.to_owned(),
            };
            rows.push(("explain-provider", words, Fit::Wrap));
        }
        page.labelled(&rows);
        page.paragraph(2, &word("explain-steps"), Fit::Wrap);
        for (number, step) in (1..).zip(self.steps(language)) {
            page.item(4, &format!("{number}. "), &step.text);
            if let Some(command) = step.command {
                page.line(&format!("{:9}{command}", ""));
            }
        }
        page.text(look)
    }

    /// One JSON object. Names of fields are those of the log's lines where they are the same.
    pub fn json(&self, language: &Language) -> Value {
        let verdict = self.verdict;
        let text = |text: &bstr::BStr| lossless(text);
        let step =
            |step: Told| json!({ "step": step.name, "text": step.text, "command": step.command });
        let steps: Vec<_> = self.steps(language).into_iter().map(step).collect();
        json!({
            "schema": 1,
            "reply": text(self.pasted.text()),
            "cause": verdict.cause.name(),
            "permanence": verdict.permanence.name(),
            "side": verdict.side.name(),
            "actor": verdict.actor().name(),
            "confidence": verdict.confidence().name(),
            "basis": verdict.basis.name(),
            "provider": self.provider().map(Provider::name),
            "provider_page": self.provider().and_then(Provider::page),
            "relay_name": self.pasted.relay.map(text),
            "client_address": self.pasted.client.map(text),
            "sender": self.pasted.sender.map(text),
            "recipient": self.pasted.recipient.map(text),
            "queue_id": self.pasted.queue_id.map(|id| id.to_string()),
            "cause_text": language.text(verdict.cause.key()),
            "meaning": language.text(verdict.cause.definition_key()),
            "remedy": language.text(verdict.cause.remedy_key(verdict.side)),
            "steps": steps,
        })
    }

    /// One CSV record with its end, columns as in [`CSV_HEADER`].
    pub fn csv(&self, language: &Language) -> String {
        let verdict = self.verdict;
        let text = |text: Option<&bstr::BStr>| text.map(lossless).unwrap_or_default();
        let steps: Vec<_> = self.steps(language).into_iter().map(|step| step.text).collect();
        csv::record(&[
            lossless(self.pasted.text()),
            verdict.cause.name().to_owned(),
            verdict.permanence.name().to_owned(),
            verdict.side.name().to_owned(),
            verdict.actor().name().to_owned(),
            verdict.confidence().name().to_owned(),
            verdict.basis.name().to_owned(),
            self.provider().map_or("", Provider::name).to_owned(),
            text(self.pasted.relay),
            text(self.pasted.client),
            text(self.pasted.sender),
            text(self.pasted.recipient),
            self.pasted.queue_id.map(|id| id.to_string()).unwrap_or_default(),
            language.text(verdict.cause.definition_key()),
            steps.join(" "),
        ])
    }

    fn provider(&self) -> Option<Provider> {
        self.pasted.provider()
    }

    /// What to do, in order; a step that needs the provider's page only where there is one.
    fn steps(&self, language: &Language) -> Vec<Told> {
        let page = self.provider().and_then(Provider::page);
        let steps = self.verdict.cause.steps(self.verdict.side).iter();
        let told = |step: &Step| {
            let text = match (step.is_provider_page(), page) {
                (true, Some(page)) => language.with(&step.key(), &[("page", page)]),
                (true, None) => return None,
                (false, _) => language.text(&step.key()),
            };
            Some(Told { name: step.name(), text, command: step.command(&self.known) })
        };
        steps.filter_map(told).collect()
    }
}

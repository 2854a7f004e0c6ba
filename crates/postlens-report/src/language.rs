//! The words of reports, in the reader's language.

use std::str::FromStr;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// A language that reports are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::En, Self::Ja];

    /// The language's tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
        }
    }

    /// The language of a locale such as `ja_JP.UTF-8`; English for any other.
    pub fn of_locale(locale: &str) -> Self {
        if locale.starts_with("ja") { Self::Ja } else { Self::En }
    }

    /// The texts of the language's files.
    fn words(self) -> [&'static str; 12] {
        match self {
            Self::En => [
                include_str!("../locales/en.ftl"),
                include_str!("../locales/en/sections.ftl"),
                include_str!("../locales/en/causes.ftl"),
                include_str!("../locales/en/compare.ftl"),
                include_str!("../locales/en/doctor.ftl"),
                include_str!("../locales/en/document.ftl"),
                include_str!("../locales/en/findings.ftl"),
                include_str!("../locales/en/queue.ftl"),
                include_str!("../locales/en/steps.ftl"),
                include_str!("../locales/en/explain.ftl"),
                include_str!("../locales/en/trace.ftl"),
                include_str!("../locales/en/trend.ftl"),
            ],
            Self::Ja => [
                include_str!("../locales/ja.ftl"),
                include_str!("../locales/ja/sections.ftl"),
                include_str!("../locales/ja/causes.ftl"),
                include_str!("../locales/ja/compare.ftl"),
                include_str!("../locales/ja/doctor.ftl"),
                include_str!("../locales/ja/document.ftl"),
                include_str!("../locales/ja/findings.ftl"),
                include_str!("../locales/ja/queue.ftl"),
                include_str!("../locales/ja/steps.ftl"),
                include_str!("../locales/ja/explain.ftl"),
                include_str!("../locales/ja/trace.ftl"),
                include_str!("../locales/ja/trend.ftl"),
            ],
        }
    }
}

impl FromStr for Lang {
    type Err = String;

    fn from_str(tag: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|lang| lang.tag() == tag)
            .ok_or_else(|| format!("not one of en, ja: {tag}"))
    }
}

/// The words of one language.
pub struct Language {
    bundle: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Language").field("locales", &self.bundle.locales).finish()
    }
}

impl Language {
    /// Loads a language's words.
    pub fn new(lang: Lang) -> Self {
        let tag = LanguageIdentifier::from_str(lang.tag()).unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![tag]);
        // Terminals and fixed columns have no use for invisible marks around values.
        bundle.set_use_isolating(false);
        for words in lang.words() {
            let words = match FluentResource::try_new(words.to_owned()) {
                Ok(words) | Err((words, _)) => words,
            };
            bundle.add_resource_overriding(words);
        }
        Self { bundle }
    }

    /// The words for a key; the key itself where there are none.
    pub fn text(&self, key: &str) -> String {
        self.with::<&str>(key, &[])
    }

    /// The words for a key with values in them.
    pub fn with<V: AsRef<str>>(&self, key: &str, values: &[(&str, V)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(*name, argument(value.as_ref()));
        }
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned()
    }
}

/// A small number as a number, so that words may depend on it; all else as it is.
fn argument(value: &str) -> FluentValue<'_> {
    let small = value.len() < 4 && value.bytes().all(|byte| byte.is_ascii_digit());
    match value.parse::<u16>() {
        Ok(number) if small && number.to_string() == value => FluentValue::from(number),
        _ => FluentValue::from(value),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use postlens_explain::{Actor, Basis, Cause, Confidence, Permanence, Side, Step};

    use super::{Lang, Language};

    fn keys(lang: Lang) -> BTreeSet<&'static str> {
        let lines = lang.words().into_iter().flat_map(str::lines);
        let words = lines.filter(|line| !line.starts_with(['#', ' ']));
        words.filter_map(|line| line.split_once(" =")).map(|(key, _)| key).collect()
    }

    #[test]
    fn all_languages_have_the_same_words() {
        assert_eq!(keys(Lang::En), keys(Lang::Ja));
        for lang in Lang::ALL {
            let language = Language::new(lang);
            for key in keys(lang) {
                assert!(language.bundle.has_message(key), "{} does not parse: {key}", lang.tag());
            }
        }
    }

    #[test]
    fn causes_have_their_words_and_no_others() {
        let mut wanted = BTreeSet::new();
        for cause in Cause::ALL {
            wanted.extend([cause.key(), cause.definition_key()]);
            wanted.extend(Side::ALL.map(|side| cause.remedy_key(side)));
        }
        wanted.extend(Actor::ALL.map(Actor::key));
        wanted.extend(Permanence::ALL.map(Permanence::key));
        wanted.extend(Basis::ALL.map(Basis::key));
        wanted.extend(Confidence::ALL.map(Confidence::key));
        wanted.extend(Side::ALL.map(Side::key));
        let families = ["cause-", "actor-", "permanence-", "basis-", "confidence-", "side-"];
        let known = keys(Lang::En);
        let known = known.into_iter().filter(|key| families.iter().any(|f| key.starts_with(f)));
        assert_eq!(known.collect::<BTreeSet<_>>(), wanted);
    }

    #[test]
    fn steps_have_their_words_and_no_others() {
        let wanted: BTreeSet<_> = Step::all().map(Step::key).collect();
        let known = keys(Lang::En).into_iter().filter(|key| key.starts_with("step-"));
        assert_eq!(known.map(String::from).collect::<BTreeSet<_>>(), wanted);
    }

    #[test]
    fn findings_have_their_words_and_no_others() {
        use postlens_detect::{FindingKind, Gravity};
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        for kind in FindingKind::ALL {
            wanted.extend(kind.keys());
            wanted.insert(kind.remedy_key());
        }
        let usual = ["finding-usual-none", "finding-usual-per-hour", "finding-usual-per-minute"];
        wanted.extend(usual.map(String::from));
        wanted.extend(Gravity::ALL.map(|gravity| gravity.key().to_owned()));
        let known = keys(Lang::En);
        let families = ["finding-", "gravity-"];
        let known = known.into_iter().filter(|key| families.iter().any(|f| key.starts_with(f)));
        assert_eq!(known.map(String::from).collect::<BTreeSet<_>>(), wanted);
    }

    #[test]
    fn every_outcome_and_class_has_words() {
        let known = keys(Lang::En);
        for outcome in postlens_track::Outcome::ALL {
            let key = format!("outcome-{}", outcome.name());
            assert!(known.contains(key.as_str()), "{key}");
        }
    }
}

//! The list of causes.

use postlens_explain::{Cause, Side};
use serde_json::{Value, json};

use super::csv;
use crate::language::Language;
use crate::text::Look;
use crate::text::page::{Fit, Page};

/// The list as text.
pub fn text(language: &Language, look: Look) -> String {
    let mut page = Page::new(language);
    page.bold(&language.text("explain-list-heading"));
    for cause in Cause::ALL {
        let values = [
            ("cause", language.text(cause.key())),
            ("name", cause.name().to_owned()),
            ("permanence", language.text(cause.permanence().key())),
        ];
        page.space();
        page.bold(&page.words_with("explain-cause-value", &values));
        page.paragraph(2, &language.text(cause.definition_key()), Fit::Wrap);
        for side in Side::ALL {
            let values = [
                ("side", language.text(side.key())),
                ("actor", language.text(cause.actor(side).key())),
            ];
            page.paragraph(4, &page.words_with("explain-list-actor", &values), Fit::Wrap);
        }
    }
    page.text(look)
}

/// The list as JSON: one object.
pub fn json(language: &Language) -> Value {
    let causes = Cause::ALL.iter().map(|cause| {
        let actors =
            Side::ALL.map(|side| (side.name().to_owned(), json!(cause.actor(side).name())));
        json!({
            "cause": cause.name(),
            "text": language.text(cause.key()),
            "meaning": language.text(cause.definition_key()),
            "permanence": cause.permanence().name(),
            "actors": actors.into_iter().collect::<serde_json::Map<_, _>>(),
        })
    });
    json!({ "schema": 1, "causes": causes.collect::<Vec<_>>() })
}

/// The list as CSV.
pub fn csv(language: &Language) -> String {
    let mut out = "cause,permanence,actor_peer,actor_own,actor_client,text,meaning\r\n".to_owned();
    for cause in Cause::ALL {
        let [peer, own, client] = Side::ALL.map(|side| cause.actor(side).name().to_owned());
        out.push_str(&csv::record(&[
            cause.name().to_owned(),
            cause.permanence().name().to_owned(),
            peer,
            own,
            client,
            language.text(cause.key()),
            language.text(cause.definition_key()),
        ]));
    }
    out
}

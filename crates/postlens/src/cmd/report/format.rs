//! The formats of a report.

use anyhow::Result;
use postlens_report::html::Charts;
use postlens_report::text::Look;
use postlens_report::{Lang, Language, Report, csv, html, json, markdown, text, xlsx};

use crate::output;

/// A format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// For terminals and plain mail
    #[default]
    Text,
    /// One self-contained page, with charts
    Html,
    /// For tickets, wikis and chats
    Markdown,
    /// All figures, one a line, for spreadsheets and scripts
    Csv,
    /// One JSON object
    Json,
    /// A workbook of monthly figures, with charts
    Xlsx,
}

impl Format {
    /// The language where none was asked for. What programs read does not depend on the
    /// locale.
    pub(super) fn lang(self) -> Lang {
        match self {
            Self::Csv | Self::Json => Lang::default(),
            _ => output::lang(),
        }
    }

    /// How many entries lists show where nothing was asked for.
    pub(super) fn top(self) -> usize {
        // Who opens a workbook wants to sort and sum up by himself.
        if self == Self::Xlsx { 10_000 } else { 10 }
    }

    /// Whether a terminal cannot show it.
    pub(super) fn is_binary(self) -> bool {
        self == Self::Xlsx
    }

    /// The report in this format; `look` is for text alone.
    pub(super) fn write(
        self,
        report: &Report<'_>,
        language: &Language,
        look: Look,
    ) -> Result<Vec<u8>> {
        let text = match self {
            Self::Text => text::write(report, language, look),
            Self::Html => html::write(report, language, Charts::Inline),
            Self::Markdown => markdown::write(report, language),
            Self::Xlsx => return Ok(xlsx::write(report, language)?),
            Self::Csv => csv::write(&json::value(report, language)),
            Self::Json => {
                let mut text = serde_json::to_string_pretty(&json::value(report, language))?;
                text.push('\n');
                text
            }
        };
        Ok(text.into_bytes())
    }
}

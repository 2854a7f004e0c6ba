//! The program's own messages, on standard error.

use std::fmt;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt as _;

use postlens_report::escape::printable;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};

/// How messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// A line for people; with its priority where the journal reads it.
    Text,
    /// A JSON object per line: `time`, `level`, `message`, and what else is known.
    Json,
}

/// How a message stands on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    /// Behind its priority, as sd-daemon(3) has it.
    Journal,
    Json,
}

/// Writes messages from now on in this format. `journal` is what systemd names the journal's
/// stream by (`JOURNAL_STREAM`, device and inode), where it started this process.
pub(crate) fn start(format: LogFormat, journal: Option<&str>) {
    let form = match format {
        LogFormat::Json => Form::Json,
        LogFormat::Text if journal.is_some_and(is_stderr) => Form::Journal,
        LogFormat::Text => Form::Plain,
    };
    // It is the first and only one in this process.
    let _ = tracing::subscriber::set_global_default(Stderr(form));
}

/// Whether standard error still is the stream that systemd made: it may have been redirected.
fn is_stderr(journal: &str) -> bool {
    let stderr = std::fs::metadata("/proc/self/fd/2");
    stderr.is_ok_and(|stderr| format!("{}:{}", stderr.dev(), stderr.ino()) == journal)
}

#[derive(Debug)]
struct Stderr(Form);

fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("postlens")
        && metadata.is_event()
        && *metadata.level() <= Level::INFO
}

impl Subscriber for Stderr {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if is_ours(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        is_ours(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let line = line(self.0, *event.metadata().level(), fields);
        // Where nobody reads messages there is nobody to tell.
        let _ = io::stderr().write_all(line.as_bytes());
    }
}

/// What a message says.
#[derive(Debug, Default)]
struct Fields {
    message: String,
    others: Map<String, Value>,
}

impl Fields {
    fn add(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::String(text)) => self.message = text,
            (name, value) => drop(self.others.insert(name.to_owned(), value)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, Value::String(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value.into());
    }
}

fn line(form: Form, level: Level, Fields { message, mut others }: Fields) -> String {
    let (name, priority) = match level {
        Level::ERROR => ("error", 3),
        Level::WARN => ("warning", 4),
        _ => ("info", 6),
    };
    if form == Form::Json {
        let mut object = Map::new();
        object.insert("time".to_owned(), jiff::Timestamp::now().to_string().into());
        object.insert("level".to_owned(), name.into());
        object.insert("message".to_owned(), message.into());
        object.append(&mut others);
        return format!("{}\n", Value::Object(object));
    }
    let mut text = match form {
        Form::Journal => format!("<{priority}>{message}"),
        Form::Plain | Form::Json => format!("postlensd: {message}"),
    };
    for (name, value) in &others {
        text.extend([" ", name, "="]);
        match value {
            Value::String(value) => text.push_str(value),
            value => text.push_str(&value.to_string()),
        }
    }
    // Nothing in it that a terminal acts on.
    format!("{}\n", printable(text.as_str().into()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};
    use tracing::Level;

    use super::{Fields, Form, line};

    fn fields() -> Fields {
        let mut others = Map::new();
        others.insert("path".to_owned(), "/a\u{1b}[2J".into());
        others.insert("lines".to_owned(), 3.into());
        Fields { message: "cannot read".to_owned(), others }
    }

    #[test]
    fn messages_in_each_form() {
        let plain = line(Form::Plain, Level::WARN, fields());
        assert_eq!(plain, "postlensd: cannot read path=/a\\x1B[2J lines=3\n");
        assert!(line(Form::Journal, Level::ERROR, fields()).starts_with("<3>cannot read path=/a"));
        assert!(line(Form::Journal, Level::INFO, fields()).starts_with("<6>"));
        let json: Value = line(Form::Json, Level::WARN, fields()).parse().unwrap();
        assert_eq!(json["level"], "warning");
        assert_eq!(json["message"], "cannot read");
        assert_eq!(json["path"], "/a\u{1b}[2J");
        assert_eq!(json["lines"], 3);
        assert!(json["time"].as_str().unwrap().ends_with('Z'));
    }
}

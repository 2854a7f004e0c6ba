//! `postlensd config`: what the configuration says.

use std::fs::File;
use std::io::{self, Write};

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::ConfigArgs;
use crate::config::{Config, EXAMPLE, Loaded, parse};
use crate::exit;
use crate::output::message;

/// Shows and checks the configuration
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postlensd config default > /etc/postlens/postlensd.toml
  postlensd config check
  postlensd config show --config postlensd.toml

Exit codes: 0 all is well, 1 `check` found something wrong, 2 the file cannot be read.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Prints a configuration with all settings and words about them
    Default,
    /// Prints every setting that holds, and where it comes from
    Show {
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Looks for mistakes, and for logs that this user may not read
    Check {
        #[command(flatten)]
        config: ConfigArgs,
    },
}

/// Does it.
pub(crate) fn run(arguments: &Arguments) -> Result<u8> {
    let mut out = io::stdout().lock();
    match &arguments.action {
        Action::Default => out.write_all(EXAMPLE.as_bytes())?,
        Action::Show { config } => {
            let loaded = parse(&config.config, &config.set)?;
            out.write_all(show(&loaded)?.as_bytes())?;
        }
        Action::Check { config } => {
            let loaded = parse(&config.config, &config.set)?;
            let mut said: Vec<String> =
                loaded.mistakes().iter().map(|mistake| format!("{mistake:#}")).collect();
            said.extend(obstacles(&loaded));
            for text in &said {
                message(text);
            }
            if !said.is_empty() {
                return Ok(exit::INCOMPLETE);
            }
            writeln!(out, "{} is right", config.config.display())?;
        }
    }
    Ok(exit::OK)
}

/// The settings as TOML, each with its origin behind it.
fn show(loaded: &Loaded) -> Result<String> {
    let mut lines = Vec::new();
    let mut tables = Vec::new();
    if let Value::Object(settings) = serde_json::to_value(&loaded.config)? {
        for (name, value) in settings {
            match value {
                Value::Array(entries) => tables.push((name, entries)),
                value => lines.push(setting(&name, &value, &name, loaded)),
            }
        }
    }
    for (name, entries) in tables {
        for (place, entry) in entries.iter().enumerate() {
            let path = format!("{name}.{place}");
            let settings = entry.as_object().into_iter().flatten();
            lines.push((String::new(), String::new()));
            lines.push((format!("[[{name}]]"), loaded.origins.of_path(&path).to_string()));
            lines.extend(
                settings.map(|(key, value)| setting(key, value, &format!("{path}.{key}"), loaded)),
            );
        }
    }
    let width = lines.iter().map(|(text, _)| text.chars().count()).max().unwrap_or_default();
    let text = lines.into_iter().map(|(text, origin)| match origin.as_str() {
        "" => "\n".to_owned(),
        origin => format!("{text:width$}  # {origin}\n"),
    });
    Ok(text.collect())
}

/// A setting, and where it comes from. One that is not set cannot be written in TOML.
fn setting(name: &str, value: &Value, path: &str, loaded: &Loaded) -> (String, String) {
    let text = match value {
        Value::Null => format!("#{name} ="),
        // Texts of JSON are texts of TOML.
        value => format!("{name} = {value}"),
    };
    (text, loaded.origins.of_path(path).to_string())
}

/// What this user may not do.
fn obstacles(loaded: &Loaded) -> Vec<String> {
    let Config { log, .. } = &loaded.config;
    let mut said = Vec::new();
    for (index, log) in log.iter().enumerate() {
        let denied = File::open(&log.path).err();
        let denied = denied.filter(|error| error.kind() == io::ErrorKind::PermissionDenied);
        if denied.is_some() {
            let at = loaded.origins.of(&["log".into(), index.into(), "path".into()]);
            said.push(format!(
                "{at}: this user may not read {}: the book's page on postlensd says which \
                 setting of the logger to change",
                log.path.display()
            ));
        }
    }
    said
}

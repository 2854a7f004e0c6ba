//! Generates a Postfix log, and the truth about it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use postlens_testkit::{
    Config, Flavour, Format, Generator, Hostility, Repeats, SCENARIOS, Scenario, Until, Zone, queue,
};

/// Generate a Postfix log of any size with known truth
#[derive(Debug, Parser)]
#[command(name = "postlens-generate")]
struct Arguments {
    /// Length of the log, with K, M or G
    #[arg(long, value_parser = bytes, conflicts_with_all = ["messages", "lines"])]
    bytes: Option<u64>,
    /// Number of messages
    #[arg(long, conflicts_with = "lines")]
    messages: Option<u64>,
    /// Number of lines
    #[arg(long)]
    lines: Option<u64>,
    /// Seed of all chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Header format
    #[arg(long, value_enum, default_value_t = FormatName::Traditional)]
    format: FormatName,
    /// Postfix version whose wording to use; 3.7 if absent, 3.10 with an incident
    #[arg(long, value_enum)]
    flavour: Option<FlavourName>,
    /// Time of the first line, in seconds since 1970
    #[arg(long)]
    start: Option<i64>,
    /// Offset of local time from UTC, in minutes
    #[arg(long, default_value_t = 0, allow_hyphen_values = true)]
    offset: i32,
    /// Messages per hour
    #[arg(long)]
    rate: Option<f64>,
    /// Mail hosts, 1 to 4
    #[arg(long)]
    hosts: Option<u8>,
    /// Instances on the first host, 1 or 2
    #[arg(long)]
    instances: Option<u8>,
    /// Use long queue IDs
    #[arg(long)]
    long_ids: bool,
    /// Every feature: hosts, instances, filters, reused IDs, disorder, hostile texts
    #[arg(long)]
    everything: bool,
    /// Nasty addresses, HELO names and replies
    #[arg(long)]
    hostile: bool,
    /// Wrap repeated lines as rsyslog does
    #[arg(long)]
    repeats: bool,
    /// Four days of a small company's traffic in which one thing goes wrong: its name, or
    /// `baseline`
    #[arg(long, value_parser = scenario, conflicts_with_all = ["everything", "bytes", "messages", "lines"])]
    incident: Option<Scenario>,
    /// Instead of a log, fill this queue directory with --messages deferred messages
    #[arg(long, value_name = "DIR", requires = "messages", conflicts_with_all = ["everything", "incident", "out", "truth"])]
    queue: Option<PathBuf>,
    /// File for the log; standard output if absent
    #[arg(long)]
    out: Option<PathBuf>,
    /// File for the truth, as JSON lines
    #[arg(long)]
    truth: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatName {
    Traditional,
    TraditionalZero,
    TraditionalYear,
    Rfc3339,
    Rfc3339Seconds,
    Rfc5424,
    Priority,
    Solaris,
    Container,
    JournalJson,
    JournalExport,
    RsyslogJson,
    JournalShortPrecise,
    JournalShortIso,
    JournalShortIsoPrecise,
    JournalShortUnix,
    Mixed,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FlavourName {
    #[value(name = "2.10")]
    V2_10,
    #[value(name = "3.4")]
    V3_4,
    #[value(name = "3.7")]
    V3_7,
    #[value(name = "3.10")]
    V3_10,
    #[value(name = "3.11")]
    V3_11,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "postlens-generate: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(root) = &arguments.queue {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
        let now = arguments.start.map_or_else(|| i64::try_from(since.as_secs()), Ok)?;
        queue::fill(root, arguments.messages.unwrap_or_default(), now)?;
        return Ok(());
    }
    let mut log: Box<dyn Write> = match &arguments.out {
        Some(path) => Box::new(File::create(path)?),
        None => Box::new(io::stdout().lock()),
    };
    let mut truth = arguments.truth.as_ref().map(File::create).transpose()?.map(BufWriter::new);
    let mut failure = None;
    let totals = Generator::new(config(arguments)).generate(&mut log, &mut |record| {
        if let Some(file) = truth.as_mut().filter(|_| failure.is_none()) {
            let written = serde_json::to_writer(&mut *file, &record).map_err(io::Error::from);
            failure = written.and_then(|()| file.write_all(b"\n")).err();
        }
    })?;
    if let Some(error) = failure {
        return Err(error.into());
    }
    if let Some(mut file) = truth {
        file.flush()?;
    }
    writeln!(io::stderr(), "{}", serde_json::to_string_pretty(&totals)?)?;
    Ok(())
}

fn config(arguments: &Arguments) -> Config {
    let base = if let Some(scenario) = arguments.incident {
        scenario.config(arguments.seed)
    } else if arguments.everything {
        Config::everything(arguments.seed)
    } else {
        Config { seed: arguments.seed, ..Config::default() }
    };
    let until = match (arguments.bytes, arguments.messages, arguments.lines) {
        (Some(bytes), ..) => Until::Bytes(bytes),
        (_, Some(messages), _) => Until::Messages(messages),
        (.., Some(lines)) => Until::Lines(lines),
        _ => base.until,
    };
    Config {
        until,
        start: arguments.start.map_or(base.start, |seconds| seconds.saturating_mul(1_000_000)),
        offset_minutes: arguments.offset,
        messages_per_hour: arguments.rate.unwrap_or(base.messages_per_hour),
        hosts: arguments.hosts.unwrap_or(base.hosts),
        instances: arguments.instances.unwrap_or(base.instances),
        long_queue_ids: arguments.long_ids || base.long_queue_ids,
        format: format(arguments.format),
        flavour: match arguments.flavour {
            None => base.flavour,
            Some(FlavourName::V2_10) => Flavour::V2_10,
            Some(FlavourName::V3_4) => Flavour::V3_4,
            Some(FlavourName::V3_7) => Flavour::V3_7,
            Some(FlavourName::V3_10) => Flavour::V3_10,
            Some(FlavourName::V3_11) => Flavour::V3_11,
        },
        hostility: if arguments.hostile { Hostility::Quoted } else { base.hostility },
        repeats: if arguments.repeats { Repeats::Rsyslog } else { base.repeats },
        ..base
    }
}

fn format(name: FormatName) -> Format {
    match name {
        FormatName::Traditional => Format::Traditional,
        FormatName::TraditionalZero => Format::TraditionalZero,
        FormatName::TraditionalYear => Format::TraditionalYear,
        FormatName::Rfc3339 => Format::Rfc3339 { digits: 6, zone: Zone::Colon },
        FormatName::Rfc3339Seconds => Format::Rfc3339 { digits: 0, zone: Zone::Colon },
        FormatName::Rfc5424 => Format::Rfc5424,
        FormatName::Priority => Format::Priority,
        FormatName::Solaris => Format::Solaris,
        FormatName::Container => Format::Container,
        FormatName::JournalJson => Format::JournalJson,
        FormatName::JournalExport => Format::JournalExport,
        FormatName::RsyslogJson => Format::RsyslogJson,
        FormatName::JournalShortPrecise => Format::JournalShortPrecise,
        FormatName::JournalShortIso => Format::JournalShortIso,
        FormatName::JournalShortIsoPrecise => Format::JournalShortIsoPrecise,
        FormatName::JournalShortUnix => Format::JournalShortUnix,
        FormatName::Mixed => Format::Mixed,
    }
}

fn scenario(name: &str) -> Result<Scenario, String> {
    Scenario::named(name).ok_or_else(|| {
        let names: Vec<_> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
        format!("'{name}' is none of baseline, {}", names.join(", "))
    })
}

/// `1G` in bytes; units are powers of 1,000.
fn bytes(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.strip_suffix(['K', 'M', 'G']) {
        Some(number) => (number, text.bytes().last()),
        None => (text, None),
    };
    let unit = match unit {
        Some(b'K') => 1_000,
        Some(b'M') => 1_000_000,
        Some(b'G') => 1_000_000_000,
        _ => 1,
    };
    let number: u64 = number.parse().map_err(|_| format!("'{text}' is no number of bytes"))?;
    number.checked_mul(unit).ok_or_else(|| format!("'{text}' is too much"))
}

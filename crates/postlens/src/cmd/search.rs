//! `postlens search`.

use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use clap::{Args, ValueEnum};
use postlens_engine::{Look, Scan};
use postlens_search::{Column, Group, Hits, Search};
use postlens_source::{Chunk, Period};
use postlens_syntax::time::MICROS;

use crate::exit::{self, hint};
use crate::filters::FilterArgs;
use crate::input::{Input, InputArgs, tell};
use crate::output::message;
use crate::progress::ProgressLine;

mod chart;
mod counts;
mod form;
mod output;
mod sample;
mod table;

use form::{Form, With};
use output::Output;

/// Find lines by what they mean: grep that knows mail
///
/// TERMS say what is looked for, and may stand among the logs: FIELD=VALUE, such as
/// status=deferred, domain=example.com, client=192.0.2.0/24, 'delay>5m', relay_port=25, or
/// everyday words: 'auth failed', rejected, greylisted, 'imap-login failed', 'mailbox full'.
/// An argument that names a file is a log; all others are terms. Every filter has an option
/// too (--status deferred).
///
/// Different filters must all hold; several values of one filter are alternatives; with `!`
/// before the term or the value it must not hold. Without any filter every line is found.
///
/// Lines are written as they stand in the log; on a terminal, characters that it would act
/// on are shown as \xNN.
#[derive(Debug, Args)]
#[command(
    override_usage = "postlens search [OPTIONS] [TERM]... [LOG]...",
    after_long_help = "\
Examples:
  postlens search 'auth failed' domain=example.com         who guesses our passwords?
  postlens search 'auth failed' --count-by network --top 10
  postlens search status=deferred --count-by domain,cause
  postlens search rejected client=192.0.2.0/24 --since 2d
  postlens search errors -C 3                              with the lines around them
  postlens search kind=queue_active --count-by day         messages per day
  postlens search recipient=bob@example.org --context message
  postlens search warnings --follow                        as they are logged

Exit status: 0 lines were found, 1 none were found, 2 wrong usage or something could not be
read."
)]
pub(crate) struct SearchArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    filters: FilterArgs,
    /// How to write what is found.
    #[arg(long, value_enum, default_value_t = Format::Lines, help_heading = "Output")]
    format: Format,
    /// Only the number of lines found, as --format count.
    #[arg(short, long, conflicts_with = "format", help_heading = "Output")]
    count: bool,
    /// Count by columns: domain, client, network, user, cause, hour, day, weekday, kind, or
    /// any field; several with commas. The most frequent come first, times in their order.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Output")]
    count_by: Vec<String>,
    /// Only the so many first rows of a count.
    #[arg(long, value_name = "N", requires = "count_by", help_heading = "Output")]
    top: Option<usize>,
    /// The columns of a table or of CSV.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Output")]
    columns: Vec<String>,
    /// So many of the lines found, taken evenly by chance; the same each time.
    #[arg(long, value_name = "N", help_heading = "Output", conflicts_with_all = ["around", "before_context", "after_context", "count", "count_by"])]
    sample: Option<usize>,
    /// Stop after so many lines found.
    #[arg(short, long, value_name = "N", help_heading = "Output")]
    max_count: Option<u64>,
    /// Write nothing; the exit status tells whether there is such a line.
    #[arg(short, long, help_heading = "Output")]
    quiet: bool,
    /// Lines before each line found.
    #[arg(short = 'B', long, value_name = "N", help_heading = "Context")]
    before_context: Option<usize>,
    /// Lines after each line found.
    #[arg(short = 'A', long, value_name = "N", help_heading = "Context")]
    after_context: Option<usize>,
    /// Lines before and after each line found.
    #[arg(short = 'C', long = "around", value_name = "N", help_heading = "Context")]
    around: Option<usize>,
    /// All lines of the same message (one queue ID, from arrival to removal) or of the same
    /// client session, each whole and one after the other.
    #[arg(long, value_enum, value_name = "WHAT", help_heading = "Context",
          conflicts_with_all = ["around", "before_context", "after_context", "sample"])]
    context: Option<Context>,
    /// Go on with the lines to come, through rotation, until interrupted. Without --since
    /// or --period only with these.
    #[arg(short, long, help_heading = "Output", conflicts_with_all = ["count", "count_by", "sample"])]
    follow: bool,
}

/// What belongs together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Context {
    /// Lines of one message.
    Message,
    /// Lines of one client connection.
    Session,
}

impl From<Context> for Group {
    fn from(context: Context) -> Self {
        match context {
            Context::Message => Self::Message,
            Context::Session => Self::Session,
        }
    }
}

/// How to write what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The original lines.
    Lines,
    /// A table of the most telling fields.
    Table,
    /// One JSON object per line, as `postlens parse` writes them.
    Json,
    /// CSV with a header.
    Csv,
    /// The number of lines.
    Count,
    /// Bars over time: by hour, or by the column of --count-by.
    Histogram,
}

impl SearchArgs {
    /// Searches and writes what is found.
    pub(crate) fn run(mut self) -> Result<u8> {
        let mut query = self.filters.query()?;
        for text in self.input.take_terms(is_log)? {
            query.add_term(&text).map_err(|error| wrong_term(&text, error))?;
        }
        let form = self.form()?;
        let mut input = self.input.validate()?;
        if self.follow {
            from_now_on(&mut input)?;
        }
        let mut search = Search::new(query, input.options.period);
        if let Some(context) = self.context {
            search = search.gathering(context.into());
        }
        let sight = Arc::new(Sight(Arc::new(search)));
        let search = Arc::clone(&sight.0);
        let output = Output::new(search, &input.found.streams, form, self.max_count, self.sample);
        if self.follow { follow(input, &sight, output.live()) } else { scan(input, &sight, output) }
    }

    fn form(&self) -> Result<Form> {
        let format = if self.count { Format::Count } else { self.format };
        if self.quiet {
            return Ok(Form::Quiet);
        }
        if self.follow && matches!(format, Format::Count | Format::Histogram) {
            let error = anyhow!("what is followed has no end, and so no count");
            return Err(hint(error, "leave --follow out, or --format"));
        }
        if !self.count_by.is_empty() || format == Format::Histogram {
            let by_hour = [String::from("hour")];
            let names = if self.count_by.is_empty() { &by_hour[..] } else { &self.count_by };
            return Ok(Form::counts(columns(names)?, format, self.top));
        }
        let both = self.around.unwrap_or(0);
        let before = self.before_context.unwrap_or(both);
        let after = self.after_context.unwrap_or(both);
        let with = match self.context {
            Some(context) => With::Group(context.into()),
            None if before + after > 0 => With::Around { before, after },
            None => With::Nothing,
        };
        if with != With::Nothing && format != Format::Lines {
            let error = anyhow!("lines around others are written as lines only");
            return Err(hint(error, "leave --format out, or -A, -B, -C and --context"));
        }
        let chosen = columns(&self.columns)?;
        Ok(match format {
            Format::Lines => Form::lines(with),
            Format::Table => Form::table(chosen),
            Format::Json => Form::Json,
            Format::Csv => Form::csv(chosen),
            Format::Count | Format::Histogram => Form::Count,
        })
    }
}

fn columns(names: &[String]) -> Result<Vec<Column>> {
    let read = |name: &String| {
        Column::new(name).map_err(|error| {
            let remedy = error.hint();
            hint(error, remedy)
        })
    };
    names.iter().map(read).collect()
}

/// Whether an argument names a log rather than what is looked for.
fn is_log(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let is_pattern = text.contains(['*', '?', '[']) && !text.contains(['=', '<', '>', ' ']);
    text == "-" || path.exists() || is_pattern
}

/// What is wrong with an argument that is no log and no filter.
fn wrong_term(text: &str, error: postlens_filter::FilterError) -> anyhow::Error {
    let remedy = error.hint();
    if text.contains(['=', '<', '>']) {
        return hint(error, remedy);
    }
    let both = anyhow!("{text:?} is neither a log nor a filter");
    if text.contains(['/', '.']) {
        return hint(both, "there is no such file; a filter is FIELD=VALUE or an everyday word");
    }
    hint(both, format!("{remedy}; for a text in the lines: --text {text:?}"))
}

/// A search as the engine's scan wants it.
struct Sight(Arc<Search>);

impl Look for Sight {
    type Found = Hits;

    fn look(&self, chunk: &mut Chunk) -> Hits {
        self.0.look(chunk)
    }
}

/// Scans the logs; the exit code follows grep's.
fn scan(input: Input, sight: &Sight, mut output: Output) -> Result<u8> {
    let scan =
        Scan { streams: input.found.streams, options: input.options, threads: input.threads };
    let line = ProgressLine::new();
    let mut problems = input.found.problems;
    problems.extend(scan.run(sight, &mut output, &mut |progress| line.show(progress)));
    drop(line);
    end(output, tell(&problems))
}

/// Makes the streams go on at their ends; without a period only lines to come count.
fn from_now_on(input: &mut Input) -> Result<()> {
    let streams = std::mem::take(&mut input.found.streams);
    for mut stream in streams {
        if stream.follow() {
            input.found.streams.push(stream);
        } else {
            message(&format!("{}: not followed: nothing is added to it", stream.name()));
        }
    }
    if input.found.streams.is_empty() {
        tell(&input.found.problems);
        return Err(hint(anyhow!("there is no log to follow"), "name a log that is being written"));
    }
    let second = input.options.now.div_euclid(MICROS) * MICROS;
    input.options.period.get_or_insert(Period { from: Some(second), to: None });
    Ok(())
}

/// Follows the logs until nobody reads what is found, or enough was.
fn follow(input: Input, sight: &Arc<Sight>, mut output: Output) -> Result<u8> {
    let mut code = tell(&input.found.problems);
    let scan =
        Scan { streams: input.found.streams, options: input.options, threads: input.threads };
    scan.follow(sight, &mut output, &mut |problem| {
        code = code.max(tell(std::slice::from_ref(problem)));
    });
    end(output, code)
}

/// Writes what is left; `read` says whether all could be read.
fn end(output: Output, read: u8) -> Result<u8> {
    let found = output.finish().context("cannot write to standard output")?;
    Ok(match (read, found) {
        (exit::OK, true) => exit::OK,
        (exit::OK, false) => exit::NOT_FOUND,
        _ => exit::FAILED,
    })
}

/// Standard output, buffered.
type Out = io::BufWriter<io::Stdout>;

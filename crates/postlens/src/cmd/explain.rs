//! `postlens explain`.

use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Read, Write};

use anyhow::{Context, Result, anyhow};
use bstr::{BStr, BString, ByteSlice};
use clap::{Args, ValueEnum};
use postlens_explain::{Confidence, Pasted};
use postlens_report::explanation::draft::Audience;
use postlens_report::explanation::{CSV_HEADER, taxonomy};
use postlens_report::text::Look;
use postlens_report::{Explanation, Lang, Language};

use crate::exit::{self, hint};
use crate::output::{self, When, data, message};

/// Tell why mail was refused, deferred or bounced, who must act, and what to do
///
/// REPLY is what a mail server answered (`550 5.1.1 User unknown`), the text in the last
/// parentheses of a delivery line, a whole line of the log, or the part of a bounce message
/// that quotes the answer. Without REPLY, or with `-`, lines are read from standard input;
/// lines of a log that tell of no failure are left out, and counted.
///
/// Nothing is sent or asked anywhere. Commands are shown, never run; names from the reply
/// stand in them only if they are plain host names or addresses.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  postlens explain '550 5.7.26 Unauthenticated email from example.org is not accepted'
  postlens explain --relay mx.docomo.ne.jp --command 'end of DATA' '550 Unknown user'
  grep status=bounced /var/log/mail.log | postlens explain --format csv > bounces.csv
  postlens explain --draft postmaster --lang ja '554 5.7.1 Access denied'
  postlens explain --list

Exit status: 0 each reply has a cause, 1 the cause of some is not known, 2 wrong usage or failure.")]
pub(crate) struct ExplainArgs {
    /// The replies; `-` for lines from standard input.
    #[arg(value_name = "REPLY")]
    replies: Vec<String>,
    /// The server that answered, or the recipient's domain: some providers' words mean
    /// something else than others'. A whole line tells it by itself.
    #[arg(long, value_name = "HOST")]
    relay: Option<String>,
    /// The command that was answered: MAIL FROM, RCPT TO, DATA or end of DATA. A text that
    /// ends in `(in reply to …)` tells it by itself.
    #[arg(long, value_name = "COMMAND", value_parser = command)]
    command: Option<String>,
    /// The form of the output.
    #[arg(long, value_name = "FORMAT", default_value = "text", conflicts_with = "draft")]
    format: Format,
    /// The same as --format json: one object per line.
    #[arg(long, conflicts_with_all = ["format", "draft"])]
    json: bool,
    /// Write the message to send about one reply, with the evidence.
    #[arg(long, value_name = "TO", conflicts_with = "list")]
    draft: Option<To>,
    /// List the causes with who must act, instead of explaining replies.
    #[arg(long, conflicts_with_all = ["replies", "relay", "command"])]
    list: bool,
    /// The language of the text: en or ja. Default: the locale's; en for JSON and CSV.
    #[arg(long, value_name = "LANG")]
    lang: Option<Lang>,
    /// Terminal colours.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One object per line.
    Json,
    /// For spreadsheets (RFC 4180).
    Csv,
}

/// To whom a draft is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum To {
    /// Who sent the mail.
    Sender,
    /// Whom it was for.
    Recipient,
    /// Who runs the other mail system.
    Postmaster,
}

fn command(text: &str) -> Result<String, String> {
    const KNOWN: [&str; 6] = ["MAIL FROM", "RCPT TO", "DATA", "end of DATA", "EHLO", "HELO"];
    let known = KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(text));
    known.map(str::to_owned).ok_or_else(|| format!("not one of {}", KNOWN.join(", ")))
}

/// The longest line that is read; what is longer is cut, and said to be.
const LONGEST: u64 = 64 << 10;

impl ExplainArgs {
    /// Explains the replies.
    pub(crate) fn run(self) -> Result<u8> {
        let format = if self.json { Format::Json } else { self.format };
        let usual = match format {
            Format::Text => output::lang(),
            Format::Json | Format::Csv => Lang::En,
        };
        let language = Language::new(self.lang.unwrap_or(usual));
        let look = Look { colour: self.color.allows_colour(), bars: None };
        if self.list {
            let list = match format {
                Format::Text => taxonomy::text(&language, look),
                Format::Json => format!("{}\n", taxonomy::json(&language)),
                Format::Csv => taxonomy::csv(&language),
            };
            data(&list).context("cannot write to standard output")?;
            return Ok(exit::OK);
        }
        if self.replies.is_empty() && io::stdin().is_terminal() {
            return Err(hint(
                anyhow!("no reply to explain"),
                "give it in quotation marks: postlens explain '550 5.1.1 User unknown'",
            ));
        }
        if let Some(to) = self.draft {
            return self.write_draft(to, &language);
        }
        let out = BufWriter::new(io::stdout().lock());
        let mut told = Told { out, format, language, look, first: true, unknown: 0, harmless: 0 };
        told.begin().context("cannot write to standard output")?;
        self.each(&mut |line| told.explain(self.pasted(line)))?;
        told.end()
    }

    /// Each reply in turn, until one cannot be worked on.
    fn each(&self, work: &mut dyn FnMut(&BStr) -> io::Result<()>) -> Result<()> {
        let failed = "cannot write to standard output";
        let from_stdin = ["-".to_owned()];
        let replies = if self.replies.is_empty() { &from_stdin } else { &self.replies[..] };
        for reply in replies {
            if reply != "-" {
                // A reply of several lines is one text.
                let line = reply.lines().map(str::trim).collect::<Vec<_>>().join(" ");
                work(line.as_str().into()).context(failed)?;
                continue;
            }
            for line in lines(BufReader::new(io::stdin().lock())) {
                let line = line.context("cannot read standard input")?;
                if !line.trim_ascii().is_empty() {
                    work(line.as_bstr()).context(failed)?;
                }
            }
        }
        Ok(())
    }

    fn pasted<'a>(&'a self, line: &'a BStr) -> Pasted<'a> {
        let mut pasted = Pasted::read(line);
        if let Some(relay) = &self.relay {
            pasted = pasted.with_relay(BStr::new(relay));
        }
        if let Some(command) = &self.command {
            pasted.failure = pasted.failure.with_command(BStr::new(command));
        }
        pasted
    }

    fn write_draft(&self, to: To, language: &Language) -> Result<u8> {
        let audience = match to {
            To::Sender => Audience::Sender,
            To::Recipient => Audience::Recipient,
            To::Postmaster => Audience::Postmaster,
        };
        let mut drafts = Vec::new();
        self.each(&mut |line| {
            let pasted = self.pasted(line);
            if !pasted.harmless && drafts.len() < 2 {
                let explanation = Explanation::of(pasted);
                let known = explanation.verdict().confidence() != Confidence::None;
                drafts.push((explanation.draft(audience, language), known));
            }
            Ok(())
        })?;
        let [(draft, known)] = drafts.as_slice() else {
            let error = if drafts.is_empty() {
                anyhow!("no failure to write about")
            } else {
                anyhow!("a draft is about one reply, and there are more")
            };
            return Err(hint(error, "give one reply or one line that tells of a failure"));
        };
        data(draft).context("cannot write to standard output")?;
        Ok(if *known { exit::OK } else { exit::INCOMPLETE })
    }
}

/// Lines of any bytes, none longer than the longest.
fn lines(mut input: impl BufRead) -> impl Iterator<Item = io::Result<BString>> {
    std::iter::from_fn(move || {
        let mut line = Vec::new();
        match input.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
            Ok(0) => None,
            Ok(_) => Some(skip_rest(&mut input, &line).map(|()| line.into())),
            Err(error) => Some(Err(error)),
        }
    })
}

/// Reads what is left of a line that was cut.
fn skip_rest(input: &mut impl BufRead, line: &[u8]) -> io::Result<()> {
    if !line.ends_with(b"\n") && line.len() as u64 == LONGEST {
        message("a line of more than 64 KiB was cut");
        input.skip_until(b'\n')?;
    }
    Ok(())
}

/// Writes explanations.
struct Told<W: Write> {
    out: W,
    format: Format,
    language: Language,
    look: Look,
    first: bool,
    unknown: u64,
    harmless: u64,
}

impl<W: Write> Told<W> {
    fn begin(&mut self) -> io::Result<()> {
        match self.format {
            Format::Csv => self.out.write_all(CSV_HEADER.as_bytes()),
            Format::Text | Format::Json => Ok(()),
        }
    }

    fn explain(&mut self, pasted: Pasted<'_>) -> io::Result<()> {
        if pasted.harmless {
            self.harmless += 1;
            return Ok(());
        }
        let explanation = Explanation::of(pasted);
        self.unknown += u64::from(explanation.verdict().confidence() == Confidence::None);
        let text = match self.format {
            Format::Text => explanation.text(&self.language, self.look),
            Format::Json => format!("{}\n", explanation.json(&self.language)),
            Format::Csv => explanation.csv(&self.language),
        };
        if !std::mem::take(&mut self.first) && self.format == Format::Text {
            self.out.write_all(b"\n")?;
        }
        self.out.write_all(text.as_bytes())
    }

    fn end(mut self) -> Result<u8> {
        self.out.flush().context("cannot write to standard output")?;
        if self.harmless > 0 {
            message(&format!("lines that tell of no failure, left out: {}", self.harmless));
        }
        Ok(if self.unknown > 0 { exit::INCOMPLETE } else { exit::OK })
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, command, lines};

    #[test]
    fn commands_are_known_in_any_case() {
        assert_eq!(command("rcpt to").unwrap(), "RCPT TO");
        assert!(command("VRFY").unwrap_err().contains("RCPT TO"));
    }

    #[test]
    fn long_lines_are_cut() {
        let long = "x".repeat(100_000);
        let text = format!("{long}\nb\n\nc");
        let read: Vec<_> = lines(text.as_bytes()).map(|line| line.unwrap().len()).collect();
        assert_eq!(read, [usize::try_from(LONGEST).unwrap(), 2, 1, 1]);
    }
}

//! The command line.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use anyhow::Result;
use clap::{CommandFactory, Parser, Subcommand};

use crate::cmd;

/// Reads what a Postfix mail system says about itself and tells what happened to the
/// mail, what goes wrong, and who must act.
///
/// Logs are read as they lie on disks: plain, rotated, compressed, in any of the usual
/// header formats, from standard input or from the journal. Nothing is changed, and
/// nothing is sent anywhere.
#[derive(Debug, Parser)]
#[command(name = "postlens", version, arg_required_else_help = true, after_long_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  postlens report                          this machine's mail log
  postlens report --period yesterday       what cron would send
  postlens report /var/log/mail.log*       with its rotated files
  journalctl -o json | postlens report -   from a pipe
  postlens explain '550 5.1.1 User unknown'  why, who must act, what to do
  postlens search 'auth failed' mail.log    who guesses passwords?
  postlens trace bob@example.org           where is my mail?
  postlens export deliveries mail.log -o deliveries.csv
  postlens queue                           what waits, where, and why
  postlens trend --period last-7d           when mail comes, and what room is left
  postlens sql 'SELECT status, count(*) FROM deliveries GROUP BY status'
  postlens doctor                          is the log complete, and not too open?
  postlens parse mail.log | jq 'select(.kind == \"delivery\" and .status == \"deferred\")'

Exit status: 0 all was read, 1 something could not be read, 2 wrong usage or failure.";

#[derive(Debug, Subcommand)]
enum Command {
    Report(Box<cmd::report::ReportArgs>),
    Explain(cmd::explain::ExplainArgs),
    Search(Box<cmd::search::SearchArgs>),
    Sql(cmd::sql::SqlArgs),
    Trace(cmd::trace::TraceArgs),
    Trend(Box<cmd::trend::TrendArgs>),
    Queue(Box<cmd::queue::QueueArgs>),
    Check(Box<cmd::check::CheckArgs>),
    Doctor(cmd::doctor::DoctorArgs),
    Parse(Box<cmd::parse::ParseArgs>),
    Export(Box<cmd::export::ExportArgs>),
    Pflogsumm(cmd::pflogsumm::PflogsummArgs),
    Maillogger(cmd::maillogger::MailloggerArgs),
    Completions(cmd::completions::CompletionsArgs),
    Man(cmd::man::ManArgs),
}

/// Reads the command line and does what it says.
///
/// A drop-in may be called by the name of the program that it stands for. pflogsumm reads
/// its arguments in a way of its own, so it must know them before clap does.
pub(crate) fn run() -> Result<u8> {
    let arguments = by_name(std::env::args_os().collect());
    if arguments.get(1).is_some_and(|command| command == QSHAPE) {
        return cmd::qshape::run(arguments.into_iter().skip(2).collect());
    }
    if arguments.get(1).is_some_and(|command| command == PFLOGSUMM) {
        let mut all = Cli::command();
        all.build();
        if let Some(command) = all.find_subcommand(PFLOGSUMM) {
            return cmd::pflogsumm::run(command.clone(), arguments.into_iter().skip(2));
        }
    }
    let is_check = arguments.get(1).is_some_and(|command| command == "check");
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        // What calls a plugin would take the usual status for an alarm.
        Err(error) if is_check && error.use_stderr() => {
            error.print()?;
            return Ok(cmd::check::UNKNOWN);
        }
        Err(error) => error.exit(),
    };
    match cli.command {
        Command::Report(args) => args.run(),
        Command::Explain(args) => args.run(),
        Command::Search(args) => args.run(),
        Command::Sql(args) => args.run(),
        Command::Trace(args) => args.run(),
        Command::Trend(args) => args.run(),
        Command::Queue(args) => args.run(),
        Command::Check(args) => args.run(),
        Command::Doctor(args) => args.run(),
        Command::Parse(args) => args.run(),
        Command::Export(args) => args.run(),
        Command::Pflogsumm(args) => args.run(),
        Command::Maillogger(args) => args.run(),
        Command::Completions(args) => args.run(Cli::command()),
        Command::Man(args) => args.run(Cli::command()),
    }
}

const PFLOGSUMM: &str = "pflogsumm";
const QSHAPE: &str = "qshape";

/// Commands that may be names of the program.
const DROP_INS: [&str; 3] = [PFLOGSUMM, QSHAPE, "maillogger"];

/// Puts the command in where the program's name is one.
fn by_name(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let name = arguments.first().map(Path::new).and_then(Path::file_name);
    if let Some(name) = DROP_INS.into_iter().find(|drop_in| name == Some(OsStr::new(drop_in))) {
        arguments.splice(0..1, ["postlens".into(), name.into()]);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}

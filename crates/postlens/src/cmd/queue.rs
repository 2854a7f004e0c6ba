//! `postlens queue`.

use anyhow::Result;
use clap::{Args, Subcommand};

mod act;
mod filter;
mod list;
mod place;
mod route;
mod shape;
mod sums;
mod watch;
mod why;

use act::{ActArgs, Action};

pub(crate) use filter::{bytes, seconds};
pub(crate) use place::{PlaceArgs, Reading};
pub(crate) use sums::Sums;

/// List what waits in the queue, where, and why
///
/// Without a sub-command: a list, the oldest first, with sums. The queue files are read
/// where that is permitted (root, or the owner `postfix`), else the showq socket (group
/// postdrop), else `postqueue -j` is asked; the output says which. Queues of all instances that `postmulti` knows are read, or the
/// one of `--config`, or a saved copy of a queue directory with `--spool`.
///
/// When a message is tried next is known from the queue files alone.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_long_help = "\
Examples:
  postlens queue                                   the oldest first, with sums
  postlens queue --domain example.net --cause connection_refused
  postlens queue --older-than 2d --format csv > old.csv
  postlens queue --spool saved-queue               a copy of a queue directory
  postlens queue why                               causes, who must act, what to do
  postlens queue shape --queue deferred            by domain and age
  postlens queue watch                             live, in a terminal

Exit status: 0 all was read, 1 some of the queue could not be read, 2 wrong usage or failure."
)]
pub(crate) struct QueueArgs {
    #[command(subcommand)]
    command: Option<QueueCommand>,
    #[command(flatten)]
    list: list::ListArgs,
}

#[derive(Debug, Subcommand)]
enum QueueCommand {
    Why(Box<why::WhyArgs>),
    Shape(Box<shape::ShapeArgs>),
    Watch(Box<watch::WatchArgs>),
    /// Put messages on hold: nothing is tried until they are released
    Hold(Box<ActArgs>),
    /// Release messages from hold
    Release(Box<ActArgs>),
    /// Queue messages anew, with a new queue ID and age
    Requeue(Box<ActArgs>),
    /// Give messages back to their senders at the next attempt
    Expire(Box<ActArgs>),
    /// Delete messages for good
    Delete(Box<ActArgs>),
    /// Try deferred messages once more, one by one
    Retry(Box<ActArgs>),
}

impl QueueArgs {
    /// Does what the sub-command says.
    pub(crate) fn run(self) -> Result<u8> {
        match self.command {
            None => self.list.run(),
            Some(QueueCommand::Why(args)) => args.run(),
            Some(QueueCommand::Shape(args)) => args.run(),
            Some(QueueCommand::Watch(args)) => args.run(),
            Some(QueueCommand::Hold(args)) => args.run(Action::Hold),
            Some(QueueCommand::Release(args)) => args.run(Action::Release),
            Some(QueueCommand::Requeue(args)) => args.run(Action::Requeue),
            Some(QueueCommand::Expire(args)) => args.run(Action::Expire),
            Some(QueueCommand::Delete(args)) => args.run(Action::Delete),
            Some(QueueCommand::Retry(args)) => args.run(Action::Retry),
        }
    }
}

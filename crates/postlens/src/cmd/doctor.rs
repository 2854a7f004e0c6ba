//! `postlens doctor`: does this system log its mail so that nothing is lost, and no more is
//! told than should be?
//!
//! A file below per program whose settings matter. To add something to look for: a variant of
//! [`Kind`] with its words in the reports' `doctor.ftl`, and a few lines in the file of the
//! program.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use postlens_report::{Lang, Language};
use postlens_syntax::time::DAY;

use super::queue::seconds;
use crate::exit::{self, hint};
use crate::output::{self, data, message};
use crate::postfix::{Postfix, instances};

mod advice;
mod fix;
mod journald;
mod logrotate;
mod logs;
mod page;
mod postfix;
mod rsyslog;
mod schedule;
mod syslog_ng;
mod system;

use advice::{Advice, Kind, Level};
use system::System;

/// Look at how this system logs mail: what is lost, what is told too much
///
/// Looks at main.cf and master.cf, rsyslog, syslog-ng, journald, logrotate and who runs it, and
/// the logs themselves.
/// Reads only; each finding names the setting, where it stands, why it matters, and what to
/// write instead.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  postlens doctor                          this machine
  postlens doctor --root /mnt/backup       a tree of files, such as a backup or a container
  postlens doctor --keep-at-least 90d --keep-at-most 180d
  postlens doctor --json | jq '.findings[] | {kind, file, line}'

Exit status: 0 nothing to change, 1 something was found or could not be seen, 2 wrong usage or
failure.")]
pub(crate) struct DoctorArgs {
    /// The directory that stands for /. Programs are asked for settings only without it.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// How long logs must be kept. Default: as long as mail may wait in the queue, and a day.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    keep_at_least: Option<i64>,
    /// How long logs may be kept.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    keep_at_most: Option<i64>,
    /// Write JSON.
    #[arg(long)]
    json: bool,
    /// The language of the text: en or ja. Default: the locale's.
    #[arg(long, value_name = "LANG")]
    lang: Option<Lang>,
}

/// How long logs should be kept, in seconds.
#[derive(Debug, Clone, Copy)]
struct Keep {
    least: i64,
    most: Option<i64>,
}

impl Keep {
    /// Whole days that logs must be kept.
    fn days(self) -> i64 {
        (self.least + DAY - 1).div_euclid(DAY)
    }
}

impl DoctorArgs {
    /// Looks, and writes what was found.
    pub(crate) fn run(self) -> Result<u8> {
        let system = System::new(self.root.clone());
        let postfixes = match &self.root {
            Some(root) => Postfix::of_tree(root)?.into_iter().collect(),
            None => instances().iter().map(Postfix::live).collect::<Result<Vec<_>>>()?,
        };
        if postfixes.is_empty() {
            let error = anyhow!("there is no etc/postfix/main.cf below --root");
            return Err(hint(error, "name the directory that stands for /"));
        }
        let keep = self.keep(&postfixes);
        let mut found = look(&system, &postfixes, keep);
        found.sort_by_key(|advice| std::cmp::Reverse(advice.level));
        let unseen = system.unseen();
        let text = if self.json {
            page::json(&found, &unseen)?
        } else {
            page::text(&found, &Language::new(self.lang.unwrap_or_else(output::lang)))
        };
        data(&text).context("cannot write to standard output")?;
        for text in &unseen {
            message(&format!("could not be seen: {text}"));
        }
        if !unseen.is_empty() {
            message("hint: run as root");
        }
        Ok(if found.is_empty() && unseen.is_empty() { exit::OK } else { exit::NOT_FOUND })
    }

    fn keep(&self, postfixes: &[Postfix]) -> Keep {
        let lifetime = |postfix: &Postfix| {
            let names = ["maximal_queue_lifetime", "bounce_queue_lifetime"];
            let all = names.map(|name| crate::postfix::seconds(&postfix.value(name), DAY));
            all.into_iter().flatten().max()
        };
        let usual = postfixes.iter().filter_map(lifetime).max().unwrap_or(5 * DAY) + DAY;
        Keep { least: self.keep_at_least.unwrap_or(usual), most: self.keep_at_most }
    }
}

fn look(system: &System, postfixes: &[Postfix], keep: Keep) -> Vec<Advice> {
    let mut found = postfix::look(system, postfixes);
    let rsyslog = rsyslog::Rsyslog::read(system);
    let own: Vec<PathBuf> = postfixes.iter().filter_map(postfix::own_log).collect();
    let by_syslog = postfixes.iter().any(|postfix| postfix::own_log(postfix).is_none());
    let journald = by_syslog.then(|| journald::Journald::read(system)).flatten();
    let syslog_ng = syslog_ng::SyslogNg::read(system);
    let mut written = Vec::new();
    if by_syslog {
        written.extend(rsyslog.mail_logs());
        written.extend(syslog_ng.mail_logs());
    }
    let mut sets = own.clone();
    sets.extend(written.iter().cloned());
    if by_syslog && written.is_empty() {
        sets.extend(logs::usual(system));
    }
    sets.sort();
    sets.dedup();
    let log = logs::Log::read(system, &sets, journald.as_ref().map(journald::Journald::window));
    if by_syslog {
        rsyslog.look(&log, &mut found);
        syslog_ng.look(&mut found);
    }
    if let Some(journald) = &journald {
        journald.look(&rsyslog, &syslog_ng, &log, keep, &mut found);
    }
    logrotate::look(system, &sets, &own, keep, &mut found);
    logs::look(system, &sets, &log, &mut found);
    found
}

//! The options of pflogsumm 1.1.5, and ours.

use std::path::PathBuf;

use clap::{ArgAction, Args};
use postlens_report::pflogsumm::{Counting, Layout, Limits};

/// The report of pflogsumm 1.1.5: its options, layout and headings, with right numbers
///
/// Also runs when the program is called by the name `pflogsumm`. Files may be compressed;
/// without any, standard input is read. Options may be shortened as long as they are
/// unique, begin with one dash or two, and have `_` in place of `-`.
#[derive(Debug, Args)]
#[command(
    disable_help_flag = true,
    disable_version_flag = true,
    allow_negative_numbers = true,
    args_override_self = true,
    after_long_help = "\
Examples:
  postlens pflogsumm -d yesterday /var/log/mail.log /var/log/mail.log.1
  zcat mail.log.2.gz | postlens pflogsumm --problems-first --detail 10
  postlens pflogsumm --strict-compat mail.log | diff - <(pflogsumm mail.log)

Exit status: 0 all was read, 1 something could not be read, 255 wrong usage."
)]
pub(crate) struct PflogsummArgs {
    /// Logs; standard input without any.
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Only the lines of this day: `today` or `yesterday`.
    #[arg(short = 'd', value_name = "DAY", allow_hyphen_values = true)]
    pub(super) date: Option<String>,
    /// At most so many rows in each list; those with options of their own aside.
    #[arg(long, value_name = "N")]
    detail: Option<i64>,
    /// Bounces per relay. 0 leaves the section out, as in all these options.
    #[arg(long, value_name = "N")]
    bounce_detail: Option<i64>,
    /// Deferrals per daemon.
    #[arg(long, value_name = "N")]
    deferral_detail: Option<i64>,
    /// Refusals per reason.
    #[arg(long, value_name = "N")]
    reject_detail: Option<i64>,
    /// Hosts that could not be reached, per reason.
    #[arg(long, value_name = "N")]
    smtp_detail: Option<i64>,
    /// Warnings per daemon.
    #[arg(long, value_name = "N")]
    smtpd_warning_detail: Option<i64>,
    /// Hosts and domains.
    #[arg(short = 'h', value_name = "N", action = ArgAction::Set)]
    hosts: Option<i64>,
    /// Senders and recipients.
    #[arg(short = 'u', value_name = "N")]
    users: Option<i64>,
    /// Every message with its sender and recipients.
    #[arg(short = 'e')]
    extended: bool,
    /// Whole addresses in lower case, not only their domains.
    #[arg(short = 'i', long)]
    ignore_case: bool,
    /// Dates as YYYY-MM-DD.
    #[arg(long)]
    iso_date_time: bool,
    /// The mail queue too, by the program `mailq`.
    #[arg(long)]
    pub(super) mailq: bool,
    /// `a!b@c` as `c!a@b`.
    #[arg(short = 'm', long)]
    uucp_mung: bool,
    /// No list of messages without a size.
    #[arg(long)]
    no_no_msg_size: bool,
    /// The problems directly after the totals.
    #[arg(long)]
    problems_first: bool,
    /// No headings of empty sections.
    #[arg(short = 'q')]
    quiet: bool,
    /// The sender beside refused recipients and clients.
    #[arg(long)]
    rej_add_from: bool,
    /// Connections to smtpd.
    #[arg(long)]
    smtpd_stats: bool,
    /// Also lines of programs that this regular expression fits, beside `postfix`. Without
    /// it all instances count, except with --strict-compat.
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(super) syslog_name: Option<String>,
    /// Reasons in full.
    #[arg(long)]
    verbose_msg_detail: bool,
    /// The numbers in senders of mailing lists as `ID`; 2 takes out all of the middle.
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "0")]
    verp_mung: Option<i64>,
    /// All five columns for every day.
    #[arg(long)]
    zero_fill: bool,
    /// Old for --bounce-detail 0.
    #[arg(long, hide_short_help = true)]
    no_bounce_detail: bool,
    /// Old for --deferral-detail 0.
    #[arg(long, hide_short_help = true)]
    no_deferral_detail: bool,
    /// Old for --reject-detail 0.
    #[arg(long, hide_short_help = true)]
    no_reject_detail: bool,
    /// Old for --smtpd-warning-detail 0.
    #[arg(long, hide_short_help = true)]
    no_smtpd_warnings: bool,
    /// Count as the original counts, mistakes included, and write what it writes under
    /// LC_ALL=C, byte for byte. Rows of equal count, which it leaves in no order, are in
    /// the order of their names.
    #[arg(long, help_heading = "Not in the original")]
    pub(super) strict_compat: bool,
    /// The zone of stamps without one, and of the words of -d: an IANA name or an offset.
    /// Default: this machine's.
    #[arg(long, value_name = "ZONE", help_heading = "Not in the original")]
    pub(super) tz: Option<String>,
    /// This text.
    #[arg(long)]
    pub(super) help: bool,
    /// The version.
    #[arg(long)]
    pub(super) version: bool,
}

impl PflogsummArgs {
    pub(super) fn wrong_date(&self) -> bool {
        self.date.as_deref().is_some_and(|day| !matches!(day, "today" | "yesterday"))
    }

    /// What counts under which name.
    pub(super) fn counting(&self) -> Counting {
        Counting {
            ignore_case: self.ignore_case,
            uucp_mung: self.uucp_mung,
            verp_mung: self.verp_mung,
            rej_add_from: self.rej_add_from,
            verbose: self.verbose_msg_detail,
            message_detail: self.extended,
            zero_fill: self.zero_fill,
            smtpd_stats: self.smtpd_stats,
            no_no_msg_size: self.no_no_msg_size,
            no_smtpd_warnings: self.no_smtpd_warnings,
        }
    }

    /// What is shown; `date` is the day that was asked for.
    pub(super) fn layout(&self, date: Option<String>) -> Layout {
        Layout {
            date,
            limits: self.limits(),
            iso: self.iso_date_time,
            problems_first: self.problems_first,
            quiet: self.quiet,
            smtpd_stats: self.smtpd_stats,
            message_detail: self.extended,
        }
    }

    fn limits(&self) -> Limits {
        let all = Limits::default();
        // -1, all rows, is what an option has that was not given.
        let limit = |own: Option<i64>, all: i64| match own {
            Some(own) if own != all => own,
            _ => self.detail.unwrap_or(all),
        };
        let or_none = |none: bool, own| if none { Some(0) } else { own };
        Limits {
            hosts: limit(self.hosts, all.hosts),
            users: limit(self.users, all.users),
            deferrals: limit(or_none(self.no_deferral_detail, self.deferral_detail), all.deferrals),
            bounces: limit(or_none(self.no_bounce_detail, self.bounce_detail), all.bounces),
            rejects: limit(or_none(self.no_reject_detail, self.reject_detail), all.rejects),
            smtp: limit(self.smtp_detail, all.smtp),
            warnings: limit(
                or_none(self.no_smtpd_warnings, self.smtpd_warning_detail),
                all.warnings,
            ),
        }
    }

    /// Options that have a newer form: both names.
    pub(super) fn old(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let old = [
            (self.no_bounce_detail, "--no-bounce-detail", "--bounce-detail 0"),
            (self.no_deferral_detail, "--no-deferral-detail", "--deferral-detail 0"),
            (self.no_reject_detail, "--no-reject-detail", "--reject-detail 0"),
            (self.no_smtpd_warnings, "--no-smtpd-warnings", "--smtpd-warning-detail 0"),
        ];
        old.into_iter().filter(|(given, _, _)| *given).map(|(_, old, new)| (old, new))
    }
}

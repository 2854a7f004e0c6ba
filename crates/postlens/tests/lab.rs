//! Reads what real Postfix and Dovecot wrote in the lab, in every format, and holds what we
//! make of it against what the lab's clients, servers, mailboxes and queues saw.
//!
//! One run of `lab/lab.sh all` (about 90 s, root only) is shared by all tests of this file;
//! `POSTLENS_LAB_OUT` names the output of an earlier run instead. A run's output (about
//! 42 MB) is removed when all tests pass, and kept and named when one fails.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]
#![allow(
    clippy::format_push_string,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stderr,
    reason = "tests fail by panicking"
)]

#[path = "lab/accepted.rs"]
mod accepted;
#[path = "pflogsumm/compare.rs"]
mod compare;
#[path = "pflogsumm/faults.rs"]
mod faults;
#[path = "pflogsumm/figures.rs"]
mod figures;
#[path = "lab/formats.rs"]
mod formats;
#[path = "pflogsumm_strict/original.rs"]
mod original;
#[path = "lab/outcomes.rs"]
mod outcomes;
#[path = "pflogsumm/page.rs"]
mod page;
#[path = "lab/records.rs"]
mod records;
#[path = "lab/refused.rs"]
mod refused;
#[path = "lab/run.rs"]
mod run;
#[path = "lab/searched.rs"]
mod searched;
#[path = "lab/traced.rs"]
mod traced;
#[path = "lab/truth.rs"]
mod truth;
#[path = "lab/verdicts.rs"]
mod verdicts;

/// Makes tests that know of each other: the last one cleans up.
macro_rules! tests {
    ($($name:ident = $check:path;)*) => {
        const TESTS: &[&str] = &[$(stringify!($name)),*];
        $(
            #[test]
            fn $name() {
                let _hold = run::Hold { tests: TESTS };
                $check();
            }
        )*
    };
}

tests! {
    each_line_becomes_one_object = formats::each_line_becomes_one_object;
    every_format_tells_the_same = formats::every_format_tells_the_same;
    sums_add_up = formats::sums_add_up;
    copies_count_once = formats::copies_count_once;
    every_line_is_recognized = formats::every_line_is_recognized;
    figures_are_those_of_pflogsumm = formats::figures_are_those_of_pflogsumm;
    strict_reports_are_those_of_pflogsumm = formats::strict_reports_are_those_of_pflogsumm;
    accepted_messages_are_told = accepted::by_smtp;
    submitted_messages_are_told = accepted::by_sendmail;
    delivered_mail_is_in_mailboxes = outcomes::mailboxes;
    relayed_mail_is_at_remote_servers = outcomes::remote_servers;
    deferred_and_held_mail_is_in_the_queues = outcomes::queues;
    returned_mail_has_its_notice = outcomes::notices;
    refused_recipients_are_told = refused::recipients;
    refused_commands_are_told = refused::commands;
    messages_are_searched_by_every_key = searched::by_keys;
    searches_tell_what_servers_saw = searched::as_servers_saw_them;
    refusals_are_searched = searched::refusals;
    searches_give_whole_messages = searched::whole_messages;
    quiet_instances_are_quiet = verdicts::quiet_instances_are_quiet;
    a_full_disk_is_told = verdicts::a_full_disk_is_told;
    rate_limits_and_failed_logins_are_told = refused::limits;
    each_message_is_traced_by_its_ids = traced::by_ids;
    each_message_is_traced_by_its_addresses = traced::by_addresses;
}

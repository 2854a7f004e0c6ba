//! Holds `postlens pflogsumm --strict-compat` against Debian's pflogsumm 1.1.5, byte for
//! byte. A missing pflogsumm or faketime fails the tests.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::format_push_string,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

#[path = "pflogsumm/examples.rs"]
mod examples;
#[path = "pflogsumm_strict/hostile.rs"]
mod hostile;
#[path = "pflogsumm_strict/original.rs"]
mod original;

use std::io::Write;
use std::process::{Command, Stdio};

use postlens_testkit::{
    Config, Flavour, Format, Hostility, Repeats, Until, config, generate_in_memory,
};

use examples::{EXAMPLES, example};
use original::Original;

/// Options that between them reach every branch of the report.
const MATRIX: [&str; 15] = [
    "",
    "--smtpd-stats",
    "--smtpd_stats --iso-date-time --zero-fill",
    "-e -q",
    "--problems --verbose_msg_detail",
    "--detail 3 --smtpd-stats",
    "-h 2 -u 0 --bounce-detail 1 --deferral-detail 2 --reject-detail 3",
    "-h 0 -u 3 --smtp-detail=0 --smtpd-warning-detail 2",
    "-i --rej-add-from",
    "-m --verp-mung --no-no-msg-size",
    "--uucp-mung --verp-mung=2 -I",
    "--syslog-name=postfix-in|postfix.out --smtpd-stats -e",
    "--syslog_name postfix-(in|out)",
    "--no_bounce_detail --no_deferral_detail --no_reject_detail --no_smtpd_warnings",
    "--smtp-detail 1 --reject-detail=0 --detail=-1",
];

/// Compares both over a log with all or some of the options.
#[track_caller]
fn check(original: &Original, log: &[u8], options: impl IntoIterator<Item = &'static str>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mail.log");
    std::fs::write(&path, log).unwrap();
    for options in options {
        let mut arguments: Vec<&str> = options.split_ascii_whitespace().collect();
        arguments.push(path.to_str().unwrap());
        let theirs = original.run(&arguments);
        let ours = ours(&arguments);
        assert!(theirs == ours, "{options:?}: {}", original::difference(&theirs, &ours));
    }
}

fn ours(arguments: &[&str]) -> Vec<u8> {
    let mut command = original::at_a_fixed_time(env!("CARGO_BIN_EXE_postlens"));
    command.args(["pflogsumm", "--strict-compat"]).args(arguments).env("TZ", "UTC");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

#[test]
fn example_logs() {
    let original = Original::new();
    let whole: Vec<u8> = EXAMPLES.iter().flat_map(|name| example(name)).collect();
    check(&original, &whole, MATRIX);
    for name in EXAMPLES {
        check(&original, &example(name), ["--smtpd-stats -e"]);
    }
}

#[test]
fn without_the_settled_order_only_rows_of_equal_count_differ() {
    let log = example("mail.log.1");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mail.log");
    std::fs::write(&path, &log).unwrap();
    let arguments = ["--smtpd-stats", "-e", path.to_str().unwrap()];
    let sorted = |bytes: Vec<u8>| {
        let mut lines: Vec<Vec<u8>> =
            bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        lines.sort();
        lines
    };
    let theirs = original::at_a_fixed_time("pflogsumm").args(arguments).output().unwrap();
    assert!(theirs.status.success(), "{theirs:?}");
    assert_eq!(sorted(theirs.stdout), sorted(ours(&arguments)));
}

const COLON: Format = Format::Rfc3339 { digits: 6, zone: config::Zone::Colon };

/// A few rows of the matrix, others for every log.
fn some(number: usize) -> impl Iterator<Item = &'static str> {
    (0..4).filter_map(move |step| MATRIX.get((number * 5 + step * 3) % MATRIX.len()).copied())
}

#[test]
fn generated_logs_of_every_format_and_version() {
    use Flavour::{V2_10, V3_4, V3_7, V3_10, V3_11};
    let original = Original::new();
    let formats = [Format::Traditional, Format::TraditionalZero, Format::Solaris, COLON, COLON];
    let flavours = [V2_10, V3_4, V3_7, V3_10, V3_11];
    for (number, (format, flavour)) in formats.into_iter().zip(flavours).enumerate() {
        let (seed, until) = (number as u64 + 1, Until::Messages(500));
        let config = Config { seed, until, format, flavour, ..Config::default() };
        check(&original, &generate_in_memory(config).0, some(number));
    }
}

#[test]
fn generated_logs_with_filters_instances_and_repeats() {
    let original = Original::new();
    for (number, repeats) in
        [Repeats::None, Repeats::Rsyslog, Repeats::Classic].into_iter().enumerate()
    {
        let config = Config {
            seed: number as u64 + 21,
            until: Until::Messages(500),
            format: Format::Traditional,
            hosts: 2,
            instances: 2,
            content_filter: 0.3,
            proxy_filter: 0.2,
            disorder: 0.05,
            reuse_ids: 0.05,
            long_queue_ids: false,
            cut_start: 600,
            cut_end: true,
            foreign: 0.05,
            repeats,
            ..Config::default()
        };
        check(&original, &generate_in_memory(config).0, some(number + 1));
    }
}

#[test]
fn generated_hostile_logs() {
    let original = Original::new();
    for seed in 31..=34 {
        let hostility = if seed % 2 == 0 { Hostility::Raw } else { Hostility::Quoted };
        let until = Until::Messages(500);
        let config = Config { seed, until, hostility, ..Config::default() };
        let number = usize::try_from(seed).unwrap();
        check(&original, &generate_in_memory(config).0, some(number));
    }
}

#[test]
fn lines_made_of_what_it_looks_for() {
    let original = Original::new();
    check(&original, &hostile::refusals(), MATRIX);
    check(&original, &hostile::attempts(), MATRIX);
    check(&original, &hostile::addresses(), MATRIX);
    for seed in 1..=6 {
        check(&original, &hostile::mixed(seed), some(usize::try_from(seed).unwrap()));
    }
}

#[test]
fn headers_days_and_years() {
    let original = Original::new();
    check(&original, &hostile::headers(), ["", "--smtpd-stats --zero-fill", "-d today"]);
    check(&original, &hostile::headers(), ["-d yesterday", "-d=TODAY -d yesterday --iso"]);
}

#[test]
fn a_log_without_lines() {
    let original = Original::new();
    check(&original, b"", ["", "-q", "--smtpd-stats -e", "--problems-first -u 3 -h 3"]);
    check(&original, b"\n\nfoo\r\n", [""]);
}

#[test]
fn command_lines_of_its_callers() {
    let original = Original::new();
    let log = hostile::headers();
    check(
        &original,
        &log,
        [
            // Monitorix
            "-d today -h 0 -u 0 --smtpd_stats --no_bounce_detail --no_deferral_detail \
             --no_reject_detail --no_no_msg_size --no_smtpd_warnings",
            // docker-mailserver
            "-d yesterday --problems-first",
            // Mail-in-a-Box
            "--problems --verbose_msg_detail",
        ],
    );
}

#[test]
fn several_files_and_standard_input() {
    let original = Original::new();
    let directory = tempfile::tempdir().unwrap();
    let paths: Vec<String> = ["b.log", "a.log"]
        .iter()
        .zip(["mail.log.1", "mail.log"])
        .map(|(name, source)| {
            let path = directory.path().join(name);
            std::fs::write(&path, example(source)).unwrap();
            path.to_str().unwrap().to_owned()
        })
        .collect();
    let arguments: Vec<&str> = paths.iter().map(String::as_str).collect();
    let theirs = original.run(&arguments);
    assert_eq!(original::difference(&theirs, &ours(&arguments)), "");

    let whole = [example("mail.log.1"), example("mail.log")].concat();
    let mut child = original::at_a_fixed_time(env!("CARGO_BIN_EXE_postlens"))
        .args(["pflogsumm", "--strict-compat"])
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&whole).unwrap();
    let piped = child.wait_with_output().unwrap();
    assert_eq!(original::difference(&theirs, &piped.stdout), "");
}

#[test]
fn what_is_wrong_usage_for_it_is_for_us() {
    let original = Original::new();
    for arguments in ["-eq", "--rej_add_to", "-d tomorrow", "--ver", "-h", "-h x", "-e=1", "--x"] {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let theirs = original.perl(&arguments).output().unwrap();
        // Perl dies with the last error of the system, if there was one: which, that is a matter
        // of the modules that it looked for.
        assert!(!theirs.status.success(), "{arguments:?}");
        let output = Command::new(env!("CARGO_BIN_EXE_postlens"))
            .arg("pflogsumm")
            .args(&arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(255), "{arguments:?}");
        assert!(output.stdout.is_empty());
        assert!(String::from_utf8_lossy(&output.stderr).contains("hint: "), "{output:?}");
    }
}

//! The formats of the report: that they say the same, and that nothing a stranger wrote into
//! the log becomes markup in any of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

#[path = "formats/browser.rs"]
mod browser;

use std::path::{Path, PathBuf};
use std::process::Command;

use html5gum::{Token, Tokenizer};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn report(args: &[&str], log: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("TZ", "UTC").env("LC_ALL", "C").arg("report").args(args).arg(log);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What a stranger would like to have read as something else.
const HOSTILE: [&str; 6] = [
    "<script>document.title='owned'</script>",
    "</style></title></table><img/src=x/onerror=document.title='owned'>",
    "'onmouseover='alert(1)",
    "&lt;b&gt;&#0;&quot;",
    "a\u{202e}b\u{200b}c\u{1b}[2J\u{7}\u{9b}",
    "</svg><style>*{display:none}</style>]]>--><!--",
];

/// A log with each of them in every field that strangers fill.
fn hostile(directory: &Path) -> PathBuf {
    let mut log = String::new();
    for (number, text) in HOSTILE.iter().enumerate() {
        let quoted = format!("\"{text}\"@example.com");
        let id = format!("4jWpv4{number}LHMz1SZqm");
        let at = format!("2026-11-23T10:0{number}:00.000000+00:00 mail postfix");
        for line in [
            format!("smtpd[100]: connect from {text}.example[192.0.2.9]"),
            format!(
                "smtpd[100]: NOQUEUE: reject: RCPT from {text}.example[192.0.2.9]: 554 5.7.1 <{quoted}>: Sender address rejected: {text}; from=<{quoted}> to=<{quoted}> proto=ESMTP helo=<{text}>"
            ),
            format!(
                "smtpd[100]: warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: {text}, sasl_username={text}"
            ),
            format!(
                "smtpd[100]: {id}: client={text}.example[192.0.2.9], sasl_method=PLAIN, sasl_username={text}"
            ),
            format!("cleanup[101]: {id}: message-id=<{text}@example.com>"),
            format!("qmgr[102]: {id}: from=<{quoted}>, size=1000, nrcpt=1 (queue active)"),
            format!(
                "smtp[103]: {id}: to=<{quoted}>, relay={text}.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host {text}.example[192.0.2.1] said: 550 5.1.1 {text})"
            ),
            format!("qmgr[102]: {id}: removed"),
            format!("smtpd[100]: warning: {text}: {text}"),
            format!("smtpd[100]: warning: hash:/etc/postfix/{text} is unavailable. {text}"),
            format!("smtpd[100]: nobody understands {text}"),
            format!("smtpd[100]: lost connection after RCPT from {text}.example[192.0.2.9]"),
            format!("smtpd[100]: disconnect from {text}.example[192.0.2.9]"),
        ] {
            log.extend([at.as_str(), "/", &line, "\n"]);
        }
    }
    let path = directory.join("mail.log");
    std::fs::write(&path, log).unwrap();
    path
}

/// Elements and attributes that our documents consist of.
const ELEMENTS: &str = "html head meta title style body header main footer section nav h1 h2 h3 p \
    a b span strong code ul ol li dl dt dd table thead tbody tr td th div figure figcaption svg \
    desc rect text";
const ATTRIBUTES: &str = "lang charset name content http-equiv class id aria-labelledby aria-label \
    href scope viewbox role x y width height text-anchor";

/// The texts of a document; fails on an element or attribute that is none of ours.
fn texts(html: &str) -> String {
    let mut texts = String::new();
    for token in Tokenizer::new(html) {
        match token.unwrap() {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                assert!(ELEMENTS.split_whitespace().any(|known| known == name), "<{name}>");
                for (attribute, value) in &tag.attributes {
                    let attribute = String::from_utf8_lossy(attribute).into_owned();
                    let known = ATTRIBUTES.split_whitespace().any(|known| known == attribute);
                    assert!(known, "<{name} {attribute}>");
                    let local = attribute != "href" || value.starts_with(b"#");
                    assert!(local, "a link leads out of the document: {value:?}");
                }
            }
            Token::String(text) => texts.push_str(&String::from_utf8_lossy(&text)),
            Token::Comment(_) => panic!("a comment"),
            Token::Error(error) => panic!("not well-formed: {error:?}"),
            Token::Doctype(_) | Token::EndTag(_) => {}
        }
    }
    texts
}

#[test]
fn nothing_in_a_log_becomes_markup() {
    let directory = tempfile::tempdir().unwrap();
    let log = hostile(directory.path());
    for lang in ["en", "ja"] {
        let html = report(&["--format", "html", "--detail", "--lang", lang], &log);
        let texts = texts(&html);
        for text in &HOSTILE[..4] {
            assert!(texts.contains(text), "{text} is not shown");
        }
        let bad = |character: char| character.is_control() && character != '\n';
        assert!(
            !texts.contains(|character| bad(character) || "\u{202e}\u{200b}".contains(character))
        );
    }
}

#[test]
fn nothing_in_a_log_becomes_markup_in_markdown_or_a_formula_in_csv() {
    let directory = tempfile::tempdir().unwrap();
    let log = hostile(directory.path());
    let markdown = report(&["--format", "markdown", "--detail"], &log);
    assert!(markdown.contains("&lt;script&gt;document.title='owned'&lt;/script&gt;"), "{markdown}");
    assert!(!markdown.contains('<'), "{markdown}");
    let csv = report(&["--format", "csv"], &log);
    assert!(csv.contains("<script>"), "spreadsheets show it as it is");
    for text in [markdown, csv] {
        let bad = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{200b}".contains(c);
        assert!(!text.contains(bad), "{text}");
    }
}

#[test]
fn a_browser_runs_nothing_of_a_log() {
    let directory = tempfile::tempdir().unwrap();
    let log = hostile(directory.path());
    let page = directory.path().join("report.html");
    std::fs::write(&page, report(&["--format", "html"], &log)).unwrap();
    let dom = browser::dom(&page, browser::Scheme::Light, 1000);
    assert!(dom.contains("<title>Postfix report: mail</title>"), "the title is as it was written");
    // Only ours: the browser would have closed and reopened elements around others'.
    assert_eq!(dom.matches("<style").count(), 1);
    assert_eq!(dom.matches("<script").count(), 0);
    assert_eq!(dom.matches("<img").count(), 0);
    assert!(dom.contains("&lt;script&gt;document.title='owned'&lt;/script&gt;"));
}

#[test]
fn the_page_stands_alone_and_says_the_verdict_first() {
    let html = report(&["--format", "html"], &examples());
    let texts = texts(&html);
    let places = [
        "Postfix report: mail",
        "Somebody else sends as carol@example.com",
        "569",
        "Further problems",
    ]
    .map(|text| html.find(text).unwrap_or_else(|| panic!("{text}")));
    assert!(places.is_sorted(), "{places:?}");
    for text in ["130 · the other side's admin", "Mail by the day", "Failed logins by client"] {
        assert!(texts.contains(text), "{text}");
    }
    for outside in ["http://", "https://", "url(", "@import", "src="] {
        let ours = html.split("<main>").next().unwrap();
        assert!(!ours.contains(outside), "{outside}");
    }
    assert_eq!(html.matches("<svg").count(), html.matches("</desc>").count());
    assert!(html.contains("<html lang=\"en\">"));
    assert!(
        report(&["--format", "html", "--lang", "ja"], &examples()).contains("<html lang=\"ja\">")
    );
}

#[test]
fn markdown_and_csv_have_the_figures_of_the_json_report() {
    let json: serde_json::Value = serde_json::from_str(&report(&["--json"], &examples())).unwrap();
    let csv = report(&["--format", "csv"], &examples());
    let smtp = json["mails"]["smtp"].as_u64().unwrap();
    assert!(csv.contains(&format!("mails,,smtp,{smtp}\n")));
    let first = &json["destinations"]["entries"][0];
    let name = first["name"].as_str().unwrap();
    assert!(csv.contains(&format!("destinations,{name},sent,{}\n", first["sent"])));
    assert_eq!(csv.lines().next(), Some("section,name,figure,value"));
    let markdown = report(&["--format", "markdown"], &examples());
    assert!(markdown.starts_with("# Postfix report: mail\n"));
    assert!(markdown.contains(&format!("| {name} | {} |", first["sent"])), "{markdown}");
    assert_eq!(report(&["--format", "json"], &examples()), report(&["--json"], &examples()));
}

#[test]
fn cells_are_no_formulas() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("mail.log");
    let line = "2026-11-23T10:00:00.000000+00:00 mail postfix/smtpd[100]: warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: x, sasl_username==cmd|' /C calc'!A0\n";
    std::fs::write(&log, line).unwrap();
    let csv = report(&["--format", "csv"], &log);
    assert!(csv.contains(",'=cmd|' /C calc'!A0,"), "{csv}");
    assert!(!csv.contains(",=") && !csv.contains("\n="), "{csv}");
}

//! The HTML report in a real browser: on screens, phones and paper, light and dark, and for
//! those who do not see it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

#[path = "formats/browser.rs"]
mod browser;

use std::path::{Path, PathBuf};
use std::process::Command;

use browser::Scheme::{Dark, Light};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn page(lang: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postlens"));
    command.env("TZ", "UTC").env("LC_ALL", "C").arg("report");
    command.args(["--format", "html", "--detail", "--lang", lang]).arg(examples());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn nothing_sticks_out_on_phones_and_screens() {
    let directory = tempfile::tempdir().unwrap();
    for lang in ["en", "ja"] {
        let page = page(lang);
        for width in [360, 390, 768, 1400] {
            let widths = "innerWidth + ' ' + document.documentElement.scrollWidth";
            let answer = browser::ask(&page, directory.path(), (Light, width), widths);
            assert_eq!(answer, format!("{width} {width}"), "{lang}");
        }
    }
}

/// Texts whose contrast with what is behind them is less than WCAG 2.1 wants (level AA: 4.5,
/// large ones 3).
const TOO_FAINT: &str = r"(() => {
    const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const numbers = colour => colour.match(/[\d.]+/g).map(Number);
    const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
    const behind = element => {
        for (let at = element; at; at = at.parentElement) {
            const colour = numbers(getComputedStyle(at).backgroundColor);
            if (colour.length < 4 || colour[3] > 0) return colour;
        }
        return [255, 255, 255];
    };
    const faint = [];
    let seen = 0;
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode.data.trim(), element = texts.currentNode.parentElement;
        if (!text || ['SCRIPT', 'STYLE', 'desc', 'title'].includes(element.tagName)) continue;
        const style = getComputedStyle(element);
        const colour = numbers(element instanceof SVGElement ? style.fill : style.color);
        const [a, b] = [light(colour), light(behind(element))].sort((a, b) => b - a);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
        const contrast = (a + 0.05) / (b + 0.05);
        seen++;
        if (contrast < (large ? 3 : 4.5)) faint.push(contrast.toFixed(2) + ': ' + text);
    }
    return (seen > 300 ? 'many' : seen) + ' texts, too faint: [' + faint + ']';
})()";

#[test]
fn texts_stand_out_from_what_is_behind_them() {
    let directory = tempfile::tempdir().unwrap();
    let page = page("en");
    for scheme in [Light, Dark] {
        let answer = browser::ask(&page, directory.path(), (scheme, 1000), TOO_FAINT);
        assert_eq!(answer, "many texts, too faint: []", "{scheme:?}");
        let back = "getComputedStyle(document.body).backgroundColor";
        let back = browser::ask(&page, directory.path(), (scheme, 1000), back);
        let expected = if scheme == Dark { "rgb(18, 22, 27)" } else { "rgb(243, 245, 248)" };
        assert_eq!(back, expected);
    }
}

/// What a reader who does not see the page lacks.
const LACKING: &str = r"(() => {
    const lacking = [];
    let level = 0;
    for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
        const next = Number(heading.tagName[1]);
        if (next > level + 1) lacking.push('a level before ' + heading.textContent);
        level = next;
    }
    if (document.querySelectorAll('h1').length !== 1) lacking.push('one h1');
    for (const cell of document.querySelectorAll('th'))
        if (!['row', 'col'].includes(cell.scope)) lacking.push('scope of ' + cell.textContent);
    for (const chart of document.querySelectorAll('svg'))
        if (chart.getAttribute('role') !== 'img' || !chart.querySelector('desc').textContent)
            lacking.push('words for a chart');
    for (const link of document.querySelectorAll('nav a'))
        if (!document.getElementById(decodeURIComponent(link.hash).slice(1)))
            lacking.push('target of ' + link.textContent);
    for (const frame of ['header', 'main', 'nav', 'footer'])
        if (!document.querySelector(frame)) lacking.push(frame);
    const seen = ['th', 'svg', 'nav a', 'h3'].map(all => document.querySelectorAll(all).length);
    return (Math.min(...seen) > 5 ? 'enough' : seen) + ' seen, lacking: [' + lacking + ']';
})()";

#[test]
fn those_who_hear_the_page_lack_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let answer = browser::ask(&page("en"), directory.path(), (Light, 1000), LACKING);
    assert_eq!(answer, "enough seen, lacking: []");
}

#[test]
fn paper_has_everything_but_the_links() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("report.html");
    std::fs::write(&path, page("en")).unwrap();
    let sheets = browser::sheets(&path);
    assert!(sheets.len() > 5, "{}", sheets.len());
    let first = sheets.first().unwrap();
    assert!(first.contains("Postfix report: mail"), "{first}");
    assert!(first.contains("Somebody else sends as carol@example.com"), "{first}");
    assert!(first.contains("Mail by the day"), "the links are not printed: {first}");
    let paper = sheets.concat();
    for heading in ["Further problems", "Why mail bounced", "Destinations", "Lines"] {
        assert_eq!(
            paper.lines().filter(|line| line.trim() == heading).count(),
            1,
            "{heading} is there, and only as a heading"
        );
    }
    // A heading is not the last thing on a sheet.
    for sheet in &sheets {
        let last = sheet.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        assert!(!["Destinations", "Senders", "Why mail bounced"].contains(&last.trim()), "{last}");
    }
}

//! Chromium, without a window.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Which colours the reader likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "not every test looks at both")]
pub(crate) enum Scheme {
    Light,
    Dark,
}

fn chromium(page: &Path, scheme: Scheme, width: u32) -> Command {
    let mut command = Command::new("chromium");
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]);
    command.arg(format!("--user-data-dir={}", page.with_extension("profile").display()));
    command.arg(format!("--window-size={width},1400"));
    let preferred = u8::from(scheme != Scheme::Dark);
    command.arg(format!("--blink-settings=preferredColorScheme={preferred}"));
    command
}

fn run(mut command: Command, page: &Path) -> String {
    let output = command
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("these tests need the Debian package chromium: cargo xtask test installs it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The document as the browser has it after its scripts, if any, have run.
pub(crate) fn dom(page: &Path, scheme: Scheme, width: u32) -> String {
    let mut command = chromium(page, scheme, width);
    command.args(["--virtual-time-budget=3000", "--dump-dom"]);
    run(command, page)
}

/// A page without its policy, which lets no script run and no picture be read from a file.
#[allow(dead_code, reason = "not every test asks")]
pub(crate) fn opened(html: &str) -> String {
    let policy = "<meta http-equiv=\"Content-Security-Policy\"";
    let (before, rest) = html.split_once(policy).expect("pages have a policy");
    let (_, after) = rest.split_once('>').unwrap();
    before.to_owned() + after
}

/// What a script says of a page of that width: the value of an expression.
#[allow(dead_code, reason = "not every test asks")]
pub(crate) fn ask(html: &str, directory: &Path, look: (Scheme, u32), expression: &str) -> String {
    let (scheme, width) = look;
    let page = directory.join("asked.html");
    // In a frame, since windows are never narrower than some 500 pixels.
    let frame = format!("<!doctype html><iframe style='border:0;width:{width}px;height:1400px'");
    let quoted = opened(html).replace('&', "&amp;").replace('"', "&quot;");
    let expression = serde_json::Value::from(expression);
    let script = format!(
        "<script>addEventListener('load', () => {{ document.title = 'answer ' + document.querySelector('iframe').contentWindow.eval({expression}) + ' end'; }})</script>"
    );
    std::fs::write(&page, format!("{frame} srcdoc=\"{quoted}\"></iframe>{script}")).unwrap();
    let dom = dom(&page, scheme, width + 100);
    let (_, rest) = dom.split_once("<title>answer ").unwrap_or_else(|| panic!("no answer: {dom}"));
    rest.split_once(" end</title>").unwrap().0.to_owned()
}

/// What is on the paper when a page is printed: the text of each sheet.
#[allow(dead_code, reason = "not every test prints")]
pub(crate) fn sheets(page: &Path) -> Vec<String> {
    let paper: PathBuf = page.with_extension("pdf");
    let mut command = chromium(page, Scheme::Light, 1000);
    command.arg("--no-pdf-header-footer").arg(format!("--print-to-pdf={}", paper.display()));
    run(command, page);
    let text =
        Command::new("pdftotext").args(["-layout"]).arg(&paper).arg("-").output().expect(
            "these tests need the Debian package poppler-utils: cargo xtask test installs it",
        );
    assert!(text.status.success(), "{}", String::from_utf8_lossy(&text.stderr));
    let text = String::from_utf8(text.stdout).unwrap();
    text.split_terminator('\u{c}').map(str::to_owned).collect()
}

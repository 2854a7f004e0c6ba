//! A progress line on long work, on a terminal only.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use postlens_engine::Progress;

/// A line on standard error that tells how far reading has come.
#[derive(Debug)]
pub(crate) struct ProgressLine(Option<ProgressBar>);

impl ProgressLine {
    /// Shows nothing unless standard error is a terminal.
    pub(crate) fn new() -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        let style =
            ProgressStyle::with_template("{spinner} {elapsed}  {bytes} ({bytes_per_sec})  {msg}");
        let bar = ProgressBar::new_spinner();
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(Some(bar))
    }

    pub(crate) fn show(&self, progress: Progress) {
        let Some(bar) = &self.0 else { return };
        bar.set_position(progress.bytes);
        if let Some(time) = progress.time {
            let civil = time.civil();
            bar.set_message(format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day));
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

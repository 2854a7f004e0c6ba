//! What the place that the text goes to can show.

use postlens_report::text::{Bars, Look};

use crate::output::{When, columns, locale};

/// What the reader can see; in a file, only what was asked for.
pub(crate) fn of(colour: When, bars: When, to_file: bool) -> Look {
    let wanted = |when: When, allowed: fn(When) -> bool| match when {
        When::Auto if to_file => false,
        when => allowed(when),
    };
    let bars = wanted(bars, When::allowed).then(|| {
        let locale = locale("LC_CTYPE").to_ascii_lowercase();
        let blocks = locale.contains("utf-8") || locale.contains("utf8");
        Bars { columns: columns().unwrap_or(usize::MAX), blocks }
    });
    Look { colour: wanted(colour, When::allows_colour), bars }
}

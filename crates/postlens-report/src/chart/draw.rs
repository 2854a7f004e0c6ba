//! Charts as rectangles and words.

use unicode_width::UnicodeWidthStr;

use super::figures::sums;
use super::paint::Paint;
use super::{Chart, Plot, Range, Series};
use crate::number::count;

/// Where words are anchored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// At their beginning.
    Start,
    /// In their middle.
    Middle,
    /// At their end.
    End,
}

/// What charts are drawn on. Lengths are in units of which a small letter is some seven
/// wide; the origin is at the top left.
pub(crate) trait Canvas {
    /// A filled rectangle; `about` is what a pointer over it tells.
    fn rectangle(&mut self, at: (f64, f64), size: (f64, f64), paint: Paint, about: &str);
    /// Words on a base line.
    fn words(&mut self, at: (f64, f64), anchor: Anchor, paint: Paint, words: &str);
}

/// The width of a chart that needs the page's.
const WIDE: f64 = 860.0;
/// The width of a chart that shares it.
const NARROW: f64 = 420.0;
/// Height of the columns' field.
const FIELD: f64 = 200.0;
/// Height of a line of words.
const LINE: f64 = 18.0;
/// From a bar's words to the next bar's.
const STEP: f64 = 38.0;
/// Thickness of a bar.
const BAR: f64 = 12.0;
/// The width of a letter, about.
const LETTER: f64 = 7.2;

impl Chart {
    /// Its width and height.
    pub(crate) fn size(&self) -> (f64, f64) {
        match &self.plot {
            Plot::Columns { .. } => (WIDE, LINE + FIELD + 42.0),
            Plot::Heat { rows, .. } => (WIDE, number(rows.len()) * 24.0 + 2.0 * LINE + 6.0),
            Plot::Bars { labels, series } => {
                let legend = if series.len() > 1 { LINE + 6.0 } else { 0.0 };
                (NARROW, legend + number(labels.len()) * STEP)
            }
            Plot::Ranges(ranges) => (NARROW, number(ranges.len()) * STEP + LINE + 6.0),
        }
    }

    /// Draws it.
    pub(crate) fn draw(&self, canvas: &mut dyn Canvas) {
        match &self.plot {
            Plot::Columns { labels, series } => columns(canvas, labels, series),
            Plot::Bars { labels, series } => bars(canvas, labels, series),
            Plot::Ranges(ranges) => self::ranges(canvas, ranges),
            Plot::Heat { rows, cells } => heat(canvas, rows, cells),
        }
    }
}

/// A length of a count.
#[expect(clippy::cast_precision_loss, reason = "places in a picture")]
fn number(value: usize) -> f64 {
    value as f64
}

/// `value` of `most`, of a length.
#[expect(clippy::cast_precision_loss, reason = "places in a picture")]
fn part(value: u64, most: u64, length: f64) -> f64 {
    if most == 0 { 0.0 } else { value as f64 / most as f64 * length }
}

fn legend(canvas: &mut dyn Canvas, series: &[Series], mut x: f64) {
    for series in series.iter().filter(|series| series.values.iter().any(|value| *value > 0)) {
        canvas.rectangle((x, 3.0), (11.0, 11.0), series.paint, "");
        canvas.words((x + 16.0, 13.0), Anchor::Start, Paint::Ink, &series.name);
        x += 16.0 + number(series.name.width()) * LETTER + 18.0;
    }
}

/// The next number of the form 1, 2 or 5 times a power of ten that is no less.
fn round_up(value: u64) -> u64 {
    let mut power: u64 = 1;
    loop {
        for factor in [1, 2, 5] {
            let round = power.saturating_mul(factor);
            if round >= value || round == u64::MAX {
                return round;
            }
        }
        power = power.saturating_mul(10);
    }
}

fn columns(canvas: &mut dyn Canvas, labels: &[String], series: &[Series]) {
    let highest = sums(series, labels.len()).into_iter().max().unwrap_or_default().max(1);
    let step = round_up(highest.div_ceil(4));
    let most = highest.div_ceil(step) * step;
    let left = number(count(most).len()) * LETTER + 10.0;
    let (top, width) = (LINE + 8.0, WIDE - left);
    let bottom = top + FIELD;
    legend(canvas, series, left);
    for line in 0..=most / step {
        let y = bottom - part(line * step, most, FIELD);
        canvas.rectangle((left, y), (width, 1.0), Paint::Grid, "");
        canvas.words((left - 6.0, y + 4.0), Anchor::End, Paint::Muted, &count(line * step));
    }
    let slot = width / number(labels.len().max(1));
    let gap = (slot * 0.2).clamp(0.5, 12.0);
    for (place, label) in labels.iter().enumerate() {
        let mut y = bottom;
        for series in series {
            let value = series.values.get(place).copied().unwrap_or_default();
            let height = part(value, most, FIELD);
            y -= height;
            if value > 0 {
                let at = (left + number(place) * slot + gap / 2.0, y);
                let about = format!("{label}: {} {}", series.name, count(value));
                canvas.rectangle(at, (slot - gap, height), series.paint, &about);
            }
        }
    }
    let widest = labels.iter().map(|label| label.width()).max().unwrap_or(1);
    let every = ((number(widest) * LETTER + 14.0) / slot).ceil().max(1.0);
    for (place, label) in labels.iter().enumerate() {
        if number(place) % every == 0.0 {
            // Of the last label no part may lie outside.
            let middle = left + (number(place) + 0.5) * slot;
            let half = number(label.width()) * LETTER / 2.0;
            let x = middle.clamp(half, WIDE - half);
            canvas.words((x, bottom + 17.0), Anchor::Middle, Paint::Muted, label);
        }
    }
}

fn bars(canvas: &mut dyn Canvas, labels: &[(String, String)], series: &[Series]) {
    let most = sums(series, labels.len()).into_iter().max().unwrap_or_default();
    let mut y = 0.0;
    if series.len() > 1 {
        legend(canvas, series, 0.0);
        y += LINE + 6.0;
    }
    for (place, (label, about)) in labels.iter().enumerate() {
        let room = NARROW / LETTER - number(about.width()) - 2.0;
        canvas.words((0.0, y + 13.0), Anchor::Start, Paint::Ink, &short(label, room));
        canvas.words((NARROW, y + 13.0), Anchor::End, Paint::Muted, about);
        canvas.rectangle((0.0, y + 18.0), (NARROW, BAR), Paint::Heat(0), "");
        let mut x = 0.0;
        for series in series {
            let value = series.values.get(place).copied().unwrap_or_default();
            // What is there shows.
            let length = part(value, most, NARROW).max(if value > 0 { 1.5 } else { 0.0 });
            if value > 0 {
                let about = format!("{label}: {} {}", series.name, count(value));
                canvas.rectangle((x, y + 18.0), (length, BAR), series.paint, &about);
            }
            x += length;
        }
        y += STEP;
    }
}

/// The shortest delay that the scale tells from none, in seconds.
const SHORTEST: f64 = 0.01;
/// The scale's marks, in seconds.
const MARKS: [(f64, &str); 6] = [
    (0.01, "0"),
    (0.1, "0.1 s"),
    (1.0, "1 s"),
    (60.0, "1 min"),
    (3600.0, "1 h"),
    (86_400.0, "1 d"),
];

fn ranges(canvas: &mut dyn Canvas, ranges: &[Range]) {
    let longest = ranges.iter().flat_map(|range| &range.marks).map(|(seconds, _)| *seconds);
    let longest = longest.fold(1.0, f64::max).max(SHORTEST * 10.0);
    let scale = NARROW / (longest / SHORTEST).ln();
    let x = |seconds: f64| (seconds.max(SHORTEST) / SHORTEST).ln() * scale;
    let bottom = number(ranges.len()) * STEP;
    for (seconds, words) in MARKS.iter().filter(|(seconds, _)| *seconds <= longest) {
        canvas.rectangle(
            (x(*seconds).min(NARROW - 1.0), 0.0),
            (1.0, bottom + 4.0),
            Paint::Grid,
            "",
        );
        let half = number(words.len()) * LETTER / 2.0;
        let at = x(*seconds).clamp(half, NARROW - half);
        canvas.words((at, bottom + LINE), Anchor::Middle, Paint::Muted, words);
    }
    for (place, range) in ranges.iter().enumerate() {
        let y = number(place) * STEP;
        let [(median, median_words), (most, most_words), (longest, longest_words)] = &range.marks;
        let about = format!("{median_words} · {most_words} · {longest_words}");
        let room = NARROW / LETTER - number(about.width()) - 2.0;
        canvas.words((0.0, y + 13.0), Anchor::Start, Paint::Ink, &short(&range.label, room));
        canvas.words((NARROW, y + 13.0), Anchor::End, Paint::Muted, &about);
        canvas.rectangle((0.0, y + 22.0), (x(*longest).max(1.5), 4.0), Paint::Pale, &about);
        canvas.rectangle((0.0, y + 20.0), (x(*most).max(1.5), 8.0), Paint::Plain, &about);
        let at = x(*median).min(NARROW - 3.0);
        canvas.rectangle((at, y + 17.0), (3.0, 14.0), Paint::Ink, &about);
    }
}

fn heat(canvas: &mut dyn Canvas, rows: &[String], cells: &[Vec<u64>]) {
    let widest = rows.iter().map(|row| row.width()).max().unwrap_or_default();
    let left = number(widest) * LETTER + 10.0;
    let slot = (WIDE - left) / 24.0;
    let most = cells.iter().flatten().copied().max().unwrap_or_default();
    for hour in (0..24).step_by(3) {
        let at = (left + number(hour) * slot + 1.0, 12.0);
        canvas.words(at, Anchor::Start, Paint::Muted, &format!("{hour:02}:00"));
    }
    for (place, (row, cells)) in rows.iter().zip(cells).enumerate() {
        let y = LINE + number(place) * 24.0;
        canvas.words((left - 8.0, y + 16.0), Anchor::End, Paint::Ink, row);
        for (hour, value) in cells.iter().enumerate() {
            let at = (left + number(hour) * slot + 1.0, y + 1.0);
            let about = format!("{row} {hour:02}:00: {}", count(*value));
            canvas.rectangle(at, (slot - 2.0, 22.0), shade(*value, most), &about);
        }
    }
    let y = LINE + number(rows.len()) * 24.0 + 6.0;
    canvas.words((left, y + 11.0), Anchor::Start, Paint::Muted, "0");
    for step in 0..=5_u8 {
        let at = (left + 12.0 + f64::from(step) * 18.0, y);
        canvas.rectangle(at, (16.0, 12.0), Paint::Heat(step), "");
    }
    canvas.words((left + 126.0, y + 11.0), Anchor::Start, Paint::Muted, &count(most));
}

/// The shade of a count: none for none, the others in five equal parts.
fn shade(value: u64, most: u64) -> Paint {
    let step = (u128::from(value) * 5).div_ceil(u128::from(most.max(1)));
    Paint::Heat(u8::try_from(step).unwrap_or(5).min(5))
}

/// The beginning of a text, in so many letters.
fn short(text: &str, letters: f64) -> String {
    if number(text.width()) <= letters {
        return text.to_owned();
    }
    let mut out = String::new();
    for character in text.chars() {
        out.push(character);
        if number(out.width()) + 1.0 >= letters {
            break;
        }
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::super::paint::Paint;
    use super::{round_up, shade, short};

    #[test]
    fn scales_are_round() {
        assert_eq!([0, 1, 3, 6, 11, 201].map(round_up), [1, 1, 5, 10, 20, 500]);
        assert_eq!(round_up(u64::MAX), u64::MAX);
    }

    #[test]
    fn only_none_is_unshaded() {
        assert_eq!(shade(0, 1_000_000), Paint::Heat(0));
        assert_eq!(shade(1, 1_000_000), Paint::Heat(1));
        assert_eq!(shade(1_000_000, 1_000_000), Paint::Heat(5));
        assert_eq!(shade(0, 0), Paint::Heat(0));
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        assert_eq!(short("abcdef", 6.0), "abcdef");
        assert_eq!(short("abcdefg", 6.0), "abcde…");
        assert_eq!(short("宛先宛先", 5.0), "宛先…");
    }
}

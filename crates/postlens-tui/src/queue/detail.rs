//! One message on the screen: what the queue knows, and what the log says.

use postlens_report::number::{bytes, span};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthChar;

use super::data::Message;
use super::draw::Pen;
use super::state::{Detail, Mode, State};
use crate::theme::Theme;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, state: &mut State, pen: Pen<'_>) {
    let Mode::Detail(detail) = &mut state.mode else { return };
    let lines = lines(detail, state.snapshot.at, usize::from(area.width), pen);
    let height = usize::from(area.height);
    detail.scroll = detail.scroll.min(lines.len().saturating_sub(height));
    let shown: Vec<Line<'_>> = lines.into_iter().skip(detail.scroll).take(height).collect();
    frame.render_widget(Paragraph::new(shown), area);
    state.page[2] = height;
}

fn lines(detail: &Detail, now: i64, width: usize, pen: Pen<'_>) -> Vec<Line<'static>> {
    let message = &detail.message;
    let mut lines = vec![Line::styled(title(message), Theme::strong())];
    if detail.gone {
        lines.push(Line::styled(pen.text("watch-gone"), pen.theme.warning()));
    }
    let mut add = |indent: usize, text: &str| {
        let room = width.saturating_sub(indent);
        for part in wrapped(text, room) {
            lines.push(Line::from(format!("{:indent$}{part}", "")));
        }
    };
    for (key, value) in facts(message, now, pen) {
        add(0, &format!("{}: {value}", pen.text(key)));
    }
    add(0, "");
    for to in &message.recipients {
        add(0, &to.address);
        let Some(cause) = to.cause else {
            add(2, &pen.text("queue-not-tried"));
            continue;
        };
        let place = if cause.own { "queue-why-own" } else { "queue-why-remote" };
        let actor = [("actor", pen.text(cause.actor))];
        let act = pen.language.with("queue-why-actor", &actor);
        add(2, &format!("{}. {} {act}", pen.text(cause.key), pen.text(place)));
        if let Some(reason) = &to.reason {
            add(2, reason);
        }
        add(2, &pen.text(cause.remedy));
    }
    add(0, "");
    match &detail.trace {
        None => add(0, &pen.text("watch-tracing")),
        Some(trace) => trace.iter().for_each(|line| add(0, line)),
    }
    lines
}

fn title(message: &Message) -> String {
    let instance = message.instance.as_deref().map(|name| format!("{name} "));
    let (queue, id, sender) = (message.queue, &message.id, &message.sender);
    format!("{}{id} ({queue})  {sender}", instance.unwrap_or_default())
}

fn facts(message: &Message, now: i64, pen: Pen<'_>) -> Vec<(&'static str, String)> {
    let mut facts = vec![("watch-head-age", span(message.age(now)))];
    facts.extend(message.size.map(|size| ("watch-head-size", bytes(size))));
    let next = match message.next_attempt {
        Some(next) if next > now => span(next - now),
        Some(_) => pen.text("watch-now"),
        None => "-".to_owned(),
    };
    facts.push(("watch-head-next", next));
    for (key, value) in [
        ("watch-login", &message.login),
        ("watch-client", &message.client),
        ("watch-filter", &message.filter),
    ] {
        facts.extend(value.as_ref().map(|value| (key, value.to_string())));
    }
    facts
}

/// A text in lines of so many columns, cut between words where there are any.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for letter in text.chars() {
        let wide = letter.width().unwrap_or(0);
        if used + wide > width {
            let cut = line.rfind(' ').filter(|cut| *cut > line.len() / 3);
            let rest = cut.map_or_else(String::new, |cut| line.split_off(cut));
            lines.push(std::mem::take(&mut line));
            line.push_str(rest.trim_start());
            used = line.chars().filter_map(UnicodeWidthChar::width).sum();
        }
        line.push(letter);
        used += wide;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_end_between_words_and_within_none_that_is_short() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("0123456789", 8), ["01234567", "89"]);
        assert_eq!(wrapped("宛先宛先宛", 8), ["宛先宛先", "宛"]);
        assert_eq!(wrapped("", 8), [""]);
    }
}

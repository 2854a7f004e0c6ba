//! The view of a queue on the screen.

use postlens_report::Language;
use postlens_report::number::{bytes, count, span};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Cell, Paragraph, Row, Sparkline, Table, TableState};

use super::data::{Message, QUEUES};
use super::detail;
use super::history::Change;
use super::state::{Focus, Mode, State};
use super::tables::Group;
use crate::theme::Theme;

/// Below this nothing useful fits.
const LEAST: (u16, u16) = (40, 10);
/// From so many columns on there is room for a curve.
const WIDE: u16 = 110;
/// Lines above the tables: title, sizes, queues, changes, what is wrong, what to do in two.
const HEAD: u16 = 7;

/// What drawing needs everywhere.
#[derive(Clone, Copy)]
pub(super) struct Pen<'a> {
    pub(super) language: &'a Language,
    pub(super) theme: Theme,
}

impl Pen<'_> {
    pub(super) fn text(self, key: &str) -> String {
        self.language.text(key)
    }

    fn with(self, key: &str, values: &[(&str, String)]) -> String {
        self.language.with(key, values)
    }
}

/// Draws all of it.
pub(super) fn draw(frame: &mut Frame<'_>, state: &mut State, language: &Language, theme: Theme) {
    let pen = Pen { language, theme };
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        frame.render_widget(Paragraph::new(pen.text("watch-small")), area);
        return;
    }
    let [body, foot] = Layout::vertical([Constraint::Min(0), Constraint::Length(1)]).areas(area);
    match &state.mode {
        Mode::Help => help(frame, body, pen),
        Mode::Detail(_) => detail::draw(frame, body, state, pen),
        Mode::Tables | Mode::Typing => tables(frame, body, state, pen),
    }
    footer(frame, foot, state, pen);
}

fn help(frame: &mut Frame<'_>, area: Rect, pen: Pen<'_>) {
    let words =
        ["move", "table", "open", "back", "filter", "sort", "quit", "growth", "mark", "pace"];
    let mut lines = vec![Line::styled(pen.text("watch-help"), Theme::strong()), Line::default()];
    for word in words {
        let text = pen.text(&format!("watch-help-{word}"));
        lines.extend(detail::wrapped(&text, usize::from(area.width)).into_iter().map(Line::from));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

fn tables(frame: &mut Frame<'_>, area: Rect, state: &mut State, pen: Pen<'_>) {
    let notes = notes(state, pen);
    let noted = u16::try_from(notes.len()).unwrap_or(2);
    let short = area.height < 18;
    // Where little fits, mail matters more than what to do about it.
    let head = if short { HEAD - 2 } else { HEAD };
    let rest = area.height.saturating_sub(head + noted);
    let groups = if short { 0 } else { rest * 45 / 100 };
    let [head, note, groups, messages] = Layout::vertical([
        Constraint::Length(head),
        Constraint::Length(noted),
        Constraint::Length(groups),
        Constraint::Min(0),
    ])
    .areas(area);
    self::head(frame, head, state, pen);
    frame.render_widget(Paragraph::new(notes), note);
    if short && state.focus != Focus::Messages {
        self::groups(frame, messages, state, pen, state.focus);
    } else {
        message_table(frame, messages, state, pen);
    }
    if !short {
        let halves = [Constraint::Percentage(50), Constraint::Length(1), Constraint::Min(0)];
        let [left, _, right] = Layout::horizontal(halves).areas(groups);
        self::groups(frame, left, state, pen, Focus::Destinations);
        self::groups(frame, right, state, pen, Focus::Causes);
    }
}

fn head(frame: &mut Frame<'_>, area: Rect, state: &State, pen: Pen<'_>) {
    let snapshot = &state.snapshot;
    let curve = if area.width >= WIDE && pen.theme.unicode { 42 } else { 0 };
    let [words, right] =
        Layout::horizontal([Constraint::Min(0), Constraint::Length(curve)]).areas(area);
    let all = &snapshot.messages;
    let size: u64 = all.iter().filter_map(|message| message.size).sum();
    let recipients: usize = all.iter().map(|message| message.recipients.len()).sum();
    let oldest = all.iter().map(|message| message.age(snapshot.at)).max();
    let title = format!("{}  {}", pen.text("watch-title"), snapshot.clock);
    let sizes = pen.with(
        "watch-size",
        &[
            ("messages", count(all.len() as u64)),
            ("recipients", count(recipients as u64)),
            ("size", bytes(size)),
            ("oldest", oldest.map_or_else(|| "-".to_owned(), span)),
        ],
    );
    let mut queues = Vec::new();
    for queue in QUEUES {
        let number = all.iter().filter(|message| message.queue == queue).count();
        let style = if number > 0 { Theme::strong() } else { pen.theme.quiet() };
        queues.push(Span::styled(format!("{queue} {}", count(number as u64)), style));
        queues.push(Span::raw("   "));
    }
    let lines = vec![
        Line::from(vec![
            Span::styled(title, Theme::strong()),
            Span::styled(format!("  {}", snapshot.origin), pen.theme.quiet()),
        ]),
        Line::from(sizes),
        Line::from(queues),
        Line::from(changes(state, pen)),
    ];
    let wrong = wrong(state, usize::from(area.width), pen);
    let [above, below] = Layout::vertical([Constraint::Length(4), Constraint::Min(0)]).areas(area);
    frame.render_widget(Paragraph::new(lines), words.intersection(above));
    frame.render_widget(Paragraph::new(wrong), below);
    if curve > 0 {
        let sizes = state.history.sizes(usize::from(right.width));
        // From the least on: what changes is seen in a queue that is never empty.
        let least = sizes.iter().min().copied().unwrap_or(0);
        let data: Vec<u64> = sizes.iter().map(|size| size - least + 1).collect();
        let place = Rect { height: 3, ..right };
        frame.render_widget(Sparkline::default().data(data).style(pen.theme.quiet()), place);
        let range = pen.with(
            "watch-curve",
            &[("least", count(least)), ("most", count(sizes.iter().max().copied().unwrap_or(0)))],
        );
        let place = Rect { y: right.y + 3, height: 1, ..right };
        frame.render_widget(Paragraph::new(range).style(pen.theme.quiet()), place);
    }
}

fn changes(state: &State, pen: Pen<'_>) -> Vec<Span<'static>> {
    let [start, lately] = [state.history.since_start(), state.history.lately()];
    let mut spans = change("watch-since-start", start, pen);
    // Until then both are the same.
    if start.seconds > lately.seconds {
        spans.push(Span::raw("   "));
        spans.extend(change("watch-lately", lately, pen));
    }
    spans
}

fn change(key: &str, change: Change, pen: Pen<'_>) -> Vec<Span<'static>> {
    let growth = change.growth();
    let words = pen.with(key, &[("time", span(change.seconds))]);
    let moved = pen
        .with("watch-moved", &[("arrived", count(change.arrived)), ("left", count(change.left))]);
    vec![
        Span::raw(format!("{words} ")),
        Span::styled(signed(growth), grown(growth, pen)),
        Span::raw(format!(" {moved}")),
    ]
}

/// A number with its sign; none for no change.
fn signed(growth: i64) -> String {
    let sign = match growth {
        ..0 => "-",
        0 => "",
        _ => "+",
    };
    format!("{sign}{}", count(growth.unsigned_abs()))
}

fn grown(growth: i64, pen: Pen<'_>) -> Style {
    match growth {
        ..0 => pen.theme.good(),
        0 => pen.theme.quiet(),
        _ => pen.theme.warning(),
    }
}

/// What is wrong most, and what to do.
fn wrong(state: &State, width: usize, pen: Pen<'_>) -> Vec<Line<'static>> {
    let chosen = (state.focus == Focus::Causes).then(|| state.rows.get(1).copied().unwrap_or(0));
    let groups = &state.tables.causes;
    let group = groups.get(chosen.unwrap_or(0));
    let Some((group, cause)) = group.and_then(|group| Some((group, group.name?))) else {
        let key = if groups.is_empty() { "watch-empty" } else { "watch-untried" };
        return vec![Line::styled(pen.text(key), pen.theme.good())];
    };
    let key = if cause.own { "watch-own" } else { "watch-remote" };
    let values = [("cause", pen.text(cause.key)), ("recipients", count(group.recipients))];
    let style = if cause.own { pen.theme.bad() } else { pen.theme.warning() };
    let act = pen.with("queue-why-actor", &[("actor", pen.text(cause.actor))]);
    let head = format!("{} {}", Theme::mark(cause.own), pen.with(key, &values));
    let advice = format!("{act} {}", pen.text(cause.remedy));
    let advice = detail::wrapped(&advice, width.saturating_sub(2));
    let advice = advice.into_iter().map(|line| Line::from(format!("  {line}")));
    std::iter::once(Line::styled(head, style)).chain(advice).collect()
}

/// What makes the figures doubtful.
fn notes(state: &State, pen: Pen<'_>) -> Vec<Line<'static>> {
    let mut notes = Vec::new();
    if let Some(trouble) = &state.trouble {
        let values = [("time", state.snapshot.clock.clone()), ("trouble", trouble.clone())];
        notes.push(Line::styled(
            format!("! {}", pen.with("watch-trouble", &values)),
            pen.theme.bad(),
        ));
    }
    if state.snapshot.incomplete {
        let first = state.snapshot.problems.first().cloned().unwrap_or_default();
        let words = format!("! {} {first}", pen.text("queue-incomplete"));
        notes.push(Line::styled(words, pen.theme.bad()));
    }
    notes
}

/// The line above a table; marked where keys act.
fn titled(title: &str, focused: bool, pen: Pen<'_>) -> Block<'static> {
    let style = if focused { Theme::strong() } else { pen.theme.quiet() };
    let mark = if focused { ">" } else { "" };
    let block = Block::new().borders(Borders::TOP).border_set(pen.theme.border());
    block.border_style(style).title(Line::styled(format!("{mark}{title} "), style))
}

fn groups(frame: &mut Frame<'_>, area: Rect, state: &mut State, pen: Pen<'_>, of: Focus) {
    let now = state.snapshot.at;
    let (rows, name): (Vec<Row<'_>>, _) = if of == Focus::Causes {
        let rows = state.tables.causes.iter().map(|group| {
            let own = group.name.is_some_and(|cause| cause.own);
            let words = group.name.map_or("queue-not-tried", |cause| cause.key);
            group_row(group, now, pen, own, pen.text(words))
        });
        (rows.collect(), "watch-causes")
    } else {
        let rows = state.tables.destinations.iter();
        let rows =
            rows.map(|group| group_row(group, now, pen, group.own > 0, group.name.to_string()));
        (rows.collect(), "watch-destinations")
    };
    let sorted = state.orders.get(of.place()).map_or("", |order| order.key());
    let title = format!("{} ({}) {}", pen.text(name), rows.len(), pen.text(sorted));
    let widths = [
        Constraint::Length(1),
        Constraint::Length(7),
        Constraint::Length(6),
        Constraint::Length(6),
        Constraint::Min(8),
    ];
    let heads = ["", "watch-head-recipients", "watch-head-change", "watch-head-oldest", name];
    let right = [false, true, true, true, false];
    table(frame, area, state, pen, of, (title, rows, &widths, heading(&heads, &right, pen)));
}

fn group_row<K>(group: &Group<K>, now: i64, pen: Pen<'_>, own: bool, name: String) -> Row<'static> {
    let mark = Cell::from(Span::styled(Theme::mark(own), pen.theme.bad()));
    let name = if own { Span::styled(name, pen.theme.bad()) } else { Span::raw(name) };
    Row::new(vec![
        mark,
        right(count(group.recipients), Style::new()),
        right(signed(group.growth), grown(group.growth, pen)),
        right(span(now - group.oldest), Style::new()),
        Cell::from(name),
    ])
}

fn right(text: String, style: Style) -> Cell<'static> {
    Cell::from(Line::styled(text, style).right_aligned())
}

fn heading(keys: &[&str], to_right: &[bool], pen: Pen<'_>) -> Row<'static> {
    let cells = keys.iter().zip(to_right).map(|(key, to_right)| {
        let words = if key.is_empty() { String::new() } else { pen.text(key) };
        if *to_right { right(words, Style::new()) } else { Cell::from(words) }
    });
    Row::new(cells.collect::<Vec<_>>()).style(pen.theme.quiet())
}

fn message_table(frame: &mut Frame<'_>, area: Rect, state: &mut State, pen: Pen<'_>) {
    let snapshot = &state.snapshot;
    let all = &state.tables.messages;
    // Only what can be seen is put into words: a queue may be long.
    let chosen = state.rows.get(2).copied().unwrap_or(0);
    let height = usize::from(area.height.saturating_sub(2)).max(1);
    let begin = (chosen + 1).saturating_sub(height);
    let shown = all.iter().skip(begin).take(height);
    let shown: Vec<&Message> = shown.filter_map(|place| snapshot.messages.get(*place)).collect();
    let named = snapshot.messages.iter().any(|message| message.instance.is_some());
    let width = |texts: &mut dyn Iterator<Item = usize>, least: usize| {
        u16::try_from(texts.max().unwrap_or(0).max(least)).unwrap_or(24)
    };
    let ids = width(&mut shown.iter().map(|message| message.id.len()), 5);
    let instances = shown.iter().filter_map(|message| message.instance.as_ref());
    let instances = if named { width(&mut instances.map(|name| name.len()), 8) } else { 0 };
    let rows: Vec<Row<'_>> =
        shown.iter().map(|message| message_row(message, snapshot.at, pen)).collect();
    let sorted = state.orders.get(2).map_or("", |order| order.key());
    let title = format!("{} {}", chosen_words(state, pen), pen.text(sorted));
    let widths = [
        Constraint::Length(6),
        Constraint::Length(8),
        Constraint::Length(instances),
        Constraint::Length(ids),
        Constraint::Length(9),
        Constraint::Length(6),
        Constraint::Min(10),
    ];
    let instance = if named { "watch-head-instance" } else { "" };
    let heads = [
        "watch-head-age",
        "watch-head-queue",
        instance,
        "watch-head-id",
        "watch-head-size",
        "watch-head-next",
        "watch-head-mail",
    ];
    let to_right = [true, false, false, false, true, true, false];
    let block = titled(&title, state.focus == Focus::Messages, pen);
    let table = Table::new(rows, widths)
        .header(heading(&heads, &to_right, pen))
        .block(block)
        .row_highlight_style(Theme::selected());
    let selected = (state.focus == Focus::Messages && !shown.is_empty()).then(|| chosen - begin);
    let mut place = TableState::new().with_selected(selected);
    frame.render_stateful_widget(table, area, &mut place);
    state.page[2] = height;
}

/// How many messages are shown, and which.
fn chosen_words(state: &State, pen: Pen<'_>) -> String {
    let filter = &state.filter;
    let (shown, all) = (state.tables.messages.len(), state.snapshot.messages.len());
    if filter.is_empty() {
        return format!("{} ({})", pen.text("watch-messages"), count(all as u64));
    }
    let mut parts = Vec::new();
    if let Some(destination) = &filter.destination {
        parts.push(destination.to_string());
    }
    if let Some(cause) = filter.cause {
        parts.push(pen.text(cause.map_or("queue-not-tried", |cause| cause.key)));
    }
    if !filter.text.is_empty() {
        parts.push(format!("/{}", filter.text));
    }
    pen.with(
        "watch-filtered",
        &[("shown", count(shown as u64)), ("all", count(all as u64)), ("filter", parts.join(" "))],
    )
}

fn message_row(message: &Message, now: i64, pen: Pen<'_>) -> Row<'static> {
    let next = match message.next_attempt {
        Some(next) if next > now => span(next - now),
        Some(_) => pen.text("watch-now"),
        None => "-".to_owned(),
    };
    let cause = message.recipients.iter().find_map(|to| to.cause);
    let to = message.recipients.first().map_or("-", |to| &to.address);
    let more = match message.recipients.len() {
        0 | 1 => String::new(),
        all => format!(" +{}", all - 1),
    };
    let why = cause.map_or_else(String::new, |cause| format!("{}: ", pen.text(cause.key)));
    let own = cause.is_some_and(|cause| cause.own);
    let style = if own { pen.theme.bad() } else { Style::new() };
    let size = message.size.map_or_else(|| "-".to_owned(), bytes);
    Row::new(vec![
        right(span(message.age(now)), Style::new()),
        Cell::from(message.queue),
        Cell::from(message.instance.as_deref().unwrap_or_default().to_owned()),
        Cell::from(message.id.to_string()),
        right(size, Style::new()),
        right(next, Style::new()),
        Cell::from(Line::from(vec![
            Span::styled(why, style),
            Span::raw(format!("{} > {to}{more}", message.sender)),
        ])),
    ])
}

/// A table of groups; remembers how many rows fit.
fn table(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &mut State,
    pen: Pen<'_>,
    of: Focus,
    (title, rows, widths, heading): (String, Vec<Row<'_>>, &[Constraint], Row<'_>),
) {
    let focused = state.focus == of;
    let chosen = state.rows.get(of.place()).copied().unwrap_or(0);
    let selected = (focused && !rows.is_empty()).then_some(chosen);
    let table = Table::new(rows, widths)
        .header(heading)
        .block(titled(&title, focused, pen))
        .row_highlight_style(Theme::selected());
    let mut place = TableState::new().with_selected(selected);
    frame.render_stateful_widget(table, area, &mut place);
    if let Some(page) = state.page.get_mut(of.place()) {
        *page = usize::from(area.height.saturating_sub(2)).max(1);
    }
}

fn footer(frame: &mut Frame<'_>, area: Rect, state: &State, pen: Pen<'_>) {
    let keys = match state.mode {
        Mode::Typing => format!("/{}_  {}", state.filter.text, pen.text("watch-keys-typing")),
        Mode::Help => pen.text("watch-keys-help"),
        Mode::Detail(_) => pen.text("watch-keys-detail"),
        Mode::Tables => pen.text("watch-keys"),
    };
    let pace =
        pen.with("watch-pace", &[("cost", short(state.cost)), ("pause", short(state.pause))]);
    frame.render_widget(Line::from(keys), area);
    let pace = Line::styled(format!("  {pace}"), pen.theme.quiet()).right_aligned();
    let width = u16::try_from(pace.width()).unwrap_or(area.width).min(area.width);
    let place = Rect { x: area.right() - width, width, ..area };
    frame.render_widget(pace, place);
}

/// A duration in milliseconds, or in seconds from one on.
fn short(time: std::time::Duration) -> String {
    let milliseconds = time.as_millis();
    match milliseconds {
        0..1000 => format!("{milliseconds} ms"),
        1000..10_000 => format!("{:.1} s", time.as_secs_f64()),
        _ => span(i64::try_from(time.as_secs()).unwrap_or(i64::MAX)),
    }
}

#[cfg(test)]
mod tests;

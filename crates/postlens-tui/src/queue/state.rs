//! What the view is at, and what keys do to it.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::data::{Message, Reading, Snapshot};
use super::history::History;
use super::tables::{Filter, Order, Tables};

/// The table that keys act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Focus {
    Destinations,
    Causes,
    Messages,
}

impl Focus {
    const ALL: [Self; 3] = [Self::Destinations, Self::Causes, Self::Messages];

    pub(crate) fn place(self) -> usize {
        match self {
            Self::Destinations => 0,
            Self::Causes => 1,
            Self::Messages => 2,
        }
    }

    fn step(self, by: usize) -> Self {
        Self::ALL.get((self.place() + by) % 3).copied().unwrap_or(self)
    }
}

/// What is on the screen.
#[derive(Debug)]
pub(crate) enum Mode {
    Tables,
    /// A filter is being written.
    Typing,
    Help,
    Detail(Box<Detail>),
}

/// One message, looked at.
#[derive(Debug)]
pub(crate) struct Detail {
    pub(crate) message: Message,
    /// What the log says; `None` until it is known.
    pub(crate) trace: Option<Vec<String>>,
    pub(crate) scroll: usize,
    /// Whether it has left the queue.
    pub(crate) gone: bool,
}

/// What a key asks for beyond the view.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Quit,
    Trace(Box<Message>),
}

/// All that the view remembers.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) snapshot: Snapshot,
    pub(crate) history: History,
    pub(crate) cost: std::time::Duration,
    pub(crate) pause: std::time::Duration,
    /// Why the last reading gave nothing; the figures are older then.
    pub(crate) trouble: Option<String>,
    pub(crate) filter: Filter,
    pub(crate) tables: Tables,
    pub(crate) focus: Focus,
    pub(crate) orders: [Order; 3],
    /// The row chosen in each table.
    pub(crate) rows: [usize; 3],
    /// Rows that fit on a page of each; known once drawn.
    pub(crate) page: [usize; 3],
    pub(crate) mode: Mode,
}

impl State {
    pub(crate) fn new(first: Reading) -> Self {
        let mut state = Self {
            snapshot: Snapshot::default(),
            history: History::default(),
            cost: first.cost,
            pause: first.pause,
            trouble: None,
            filter: Filter::default(),
            tables: Tables::default(),
            focus: Focus::Messages,
            orders: [Order::Count, Order::Count, Order::Age],
            rows: [0; 3],
            page: [1; 3],
            mode: Mode::Tables,
        };
        match first.result {
            Ok(snapshot) => {
                state.history.take(None, &snapshot);
                state.snapshot = snapshot;
                state.sort();
            }
            Err(trouble) => state.trouble = Some(trouble),
        }
        state
    }

    /// Takes the next reading; what was chosen stays chosen.
    pub(crate) fn take(&mut self, reading: Reading) {
        (self.cost, self.pause) = (reading.cost, reading.pause);
        let snapshot = match reading.result {
            Ok(snapshot) => snapshot,
            Err(trouble) => {
                self.trouble = Some(trouble);
                return;
            }
        };
        self.trouble = None;
        self.history.take(Some(&self.snapshot), &snapshot);
        let before = std::mem::replace(&mut self.snapshot, snapshot);
        let old = std::mem::take(&mut self.tables);
        self.tables = self.sorted();
        let [destination, cause, message] = self.rows;
        let found = [
            old.destinations.get(destination).and_then(|old| {
                self.tables.destinations.iter().position(|new| new.name == old.name)
            }),
            old.causes
                .get(cause)
                .and_then(|old| self.tables.causes.iter().position(|new| new.name == old.name)),
            old.messages.get(message).and_then(|place| before.messages.get(*place)).and_then(
                |old| {
                    let of = |place: &usize| self.snapshot.messages.get(*place);
                    self.tables
                        .messages
                        .iter()
                        .filter_map(of)
                        .position(|new| new.identity() == old.identity())
                },
            ),
        ];
        // The top of a table is looked at for its own sake: it is not followed down.
        for (row, found) in self.rows.iter_mut().zip(found) {
            if let Some(found) = found.filter(|_| *row > 0) {
                *row = found;
            }
        }
        self.clamp();
        if let Mode::Detail(detail) = &mut self.mode {
            let same = |message: &&Message| message.identity() == detail.message.identity();
            match self.snapshot.messages.iter().find(same) {
                Some(message) => detail.message = message.clone(),
                None => detail.gone = true,
            }
        }
    }

    /// Takes what the log says about a message, if it is still looked at.
    pub(crate) fn traced(&mut self, message: &Message, lines: Vec<String>) {
        if let Mode::Detail(detail) = &mut self.mode
            && detail.message.identity() == message.identity()
        {
            detail.trace = Some(lines);
        }
    }

    /// Does what a key stands for.
    pub(crate) fn key(&mut self, key: KeyEvent) -> Option<Wish> {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        if control && matches!(key.code, KeyCode::Char('c' | 'd')) {
            return Some(Wish::Quit);
        }
        match &mut self.mode {
            Mode::Typing => self.typed(key.code),
            Mode::Help => {
                self.mode = Mode::Tables;
                return (key.code == KeyCode::Char('q')).then_some(Wish::Quit);
            }
            Mode::Detail(detail) => match key.code {
                KeyCode::Char('q') => return Some(Wish::Quit),
                KeyCode::Esc | KeyCode::Enter | KeyCode::Left | KeyCode::Backspace => {
                    self.mode = Mode::Tables;
                }
                code => detail.scroll = moved(detail.scroll, code, self.page[2], usize::MAX),
            },
            Mode::Tables => return self.pressed(key.code),
        }
        None
    }

    fn pressed(&mut self, code: KeyCode) -> Option<Wish> {
        match code {
            KeyCode::Char('q') => return Some(Wish::Quit),
            KeyCode::Char('?' | 'h') | KeyCode::F(1) => self.mode = Mode::Help,
            KeyCode::Char('/') => self.mode = Mode::Typing,
            KeyCode::Tab | KeyCode::Right => self.focus = self.focus.step(1),
            KeyCode::BackTab | KeyCode::Left => self.focus = self.focus.step(2),
            KeyCode::Esc => {
                self.filter = Filter::default();
                self.filtered();
            }
            KeyCode::Char('s') => {
                let all = match self.focus {
                    Focus::Messages => &Order::MESSAGES[..],
                    Focus::Destinations | Focus::Causes => &Order::GROUPS[..],
                };
                if let Some(order) = self.orders.get_mut(self.focus.place()) {
                    *order = order.next(all);
                }
                self.sort();
            }
            KeyCode::Enter => return self.open(),
            code => {
                let (place, last) = (self.focus.place(), self.length(self.focus));
                let page = self.page.get(place).copied().unwrap_or(1);
                if let Some(row) = self.rows.get_mut(place) {
                    *row = moved(*row, code, page, last.saturating_sub(1));
                }
            }
        }
        None
    }

    /// Goes into the chosen row: a group's messages, or a message.
    fn open(&mut self) -> Option<Wish> {
        let [destination, cause, message] = self.rows;
        match self.focus {
            Focus::Destinations => {
                let group = self.tables.destinations.get(destination)?;
                self.filter.destination = Some(group.name.clone());
            }
            Focus::Causes => self.filter.cause = Some(self.tables.causes.get(cause)?.name),
            Focus::Messages => {
                let place = *self.tables.messages.get(message)?;
                let message = self.snapshot.messages.get(place)?.clone();
                let wish = Wish::Trace(Box::new(message.clone()));
                let detail = Detail { message, trace: None, scroll: 0, gone: false };
                self.mode = Mode::Detail(Box::new(detail));
                return Some(wish);
            }
        }
        self.focus = Focus::Messages;
        self.filtered();
        None
    }

    fn typed(&mut self, code: KeyCode) {
        match code {
            KeyCode::Enter => self.mode = Mode::Tables,
            KeyCode::Esc => {
                self.mode = Mode::Tables;
                self.filter.text.clear();
            }
            KeyCode::Backspace => drop(self.filter.text.pop()),
            KeyCode::Char(letter) => self.filter.text.extend(letter.to_lowercase()),
            _ => return,
        }
        self.filtered();
    }

    fn filtered(&mut self) {
        self.rows = [0; 3];
        self.sort();
    }

    fn sort(&mut self) {
        self.tables = self.sorted();
        self.clamp();
    }

    fn sorted(&self) -> Tables {
        Tables::new(&self.snapshot, &self.history, &self.filter, self.orders)
    }

    fn length(&self, focus: Focus) -> usize {
        match focus {
            Focus::Destinations => self.tables.destinations.len(),
            Focus::Causes => self.tables.causes.len(),
            Focus::Messages => self.tables.messages.len(),
        }
    }

    fn clamp(&mut self) {
        let lengths = Focus::ALL.map(|focus| self.length(focus));
        for (row, length) in self.rows.iter_mut().zip(lengths) {
            *row = (*row).min(length.saturating_sub(1));
        }
    }
}

/// Where a key leads from a row.
fn moved(row: usize, code: KeyCode, page: usize, last: usize) -> usize {
    let page = page.max(2) - 1;
    let to = match code {
        KeyCode::Up | KeyCode::Char('k') => row.saturating_sub(1),
        KeyCode::Down | KeyCode::Char('j') => row.saturating_add(1),
        KeyCode::PageUp => row.saturating_sub(page),
        KeyCode::PageDown | KeyCode::Char(' ') => row.saturating_add(page),
        KeyCode::Home | KeyCode::Char('g') => 0,
        KeyCode::End | KeyCode::Char('G') => last,
        _ => row,
    };
    to.min(last)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::fixture::{cause, message, snapshot, to};
    use super::*;

    fn reading(at: i64, messages: Vec<Message>) -> Reading {
        let times = (Duration::from_millis(5), Duration::from_secs(2));
        Reading { cost: times.0, pause: times.1, result: Ok(snapshot(at, messages)) }
    }

    fn press(state: &mut State, codes: &[KeyCode]) -> Option<Wish> {
        codes.iter().fold(None, |_, code| state.key(KeyEvent::from(*code)))
    }

    #[test]
    fn what_was_chosen_stays_chosen() {
        let mut state = State::new(reading(100, vec![message("AAAA01", 1), message("AAAA02", 2)]));
        press(&mut state, &[KeyCode::Down]);
        state.take(reading(
            110,
            vec![message("AAAA00", 0), message("AAAA01", 1), message("AAAA02", 2)],
        ));
        assert_eq!(state.rows[2], 2);
        state.take(reading(120, vec![message("AAAA00", 0)]));
        assert_eq!(state.rows[2], 0);
        let failed = Reading { result: Err("gone".to_owned()), ..reading(130, vec![]) };
        state.take(failed);
        assert_eq!((state.trouble.as_deref(), state.snapshot.messages.len()), (Some("gone"), 1));
    }

    #[test]
    fn keys_lead_from_a_cause_to_a_message_and_back() {
        let mut failed = message("AAAA02", 2);
        failed.recipients = vec![to("b@example.org", Some(cause(true)))];
        let mut state = State::new(reading(100, vec![message("AAAA01", 1), failed.clone()]));
        press(&mut state, &[KeyCode::BackTab, KeyCode::Enter]);
        assert_eq!(state.tables.messages, [1]);
        let wish = press(&mut state, &[KeyCode::Enter]);
        assert_eq!(wish, Some(Wish::Trace(Box::new(failed.clone()))));
        state.traced(&message("AAAA01", 1), vec!["of another".to_owned()]);
        state.traced(&failed, vec!["its own".to_owned()]);
        state.take(reading(110, vec![message("AAAA01", 1)]));
        let Mode::Detail(detail) = &state.mode else { panic!("{:?}", state.mode) };
        assert!(detail.gone && detail.trace.as_ref().unwrap() == &["its own".to_owned()]);
        press(&mut state, &[KeyCode::Esc, KeyCode::Esc]);
        assert!(state.filter.is_empty() && state.tables.messages == [0]);
        assert_eq!(press(&mut state, &[KeyCode::Char('q')]), Some(Wish::Quit));
    }

    #[test]
    fn a_filter_is_written_and_taken_back() {
        let mut state = State::new(reading(9, vec![message("AAAA01", 1), message("BBBB02", 2)]));
        press(&mut state, &[KeyCode::Char('/'), KeyCode::Char('B'), KeyCode::Char('q')]);
        assert!(state.tables.messages.is_empty());
        press(&mut state, &[KeyCode::Backspace, KeyCode::Enter]);
        assert_eq!(state.tables.messages, [1]);
        let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(state.key(interrupt), Some(Wish::Quit));
    }
}

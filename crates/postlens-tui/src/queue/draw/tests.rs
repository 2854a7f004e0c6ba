//! What is drawn, on a terminal in memory.

use std::sync::Arc;
use std::time::Duration;

use postlens_report::{Lang, Language};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::style::Color;

use super::super::data::{Message, Reading};
use super::super::fixture::{cause, message, snapshot, to};
use super::super::state::State;
use super::*;

const PLAIN: Theme = Theme { colour: false, unicode: true };

fn state(messages: Vec<Message>) -> State {
    let result = Ok(snapshot(100_000, messages));
    let (cost, pause) = (Duration::from_millis(300), Duration::from_millis(5700));
    State::new(Reading { cost, pause, result })
}

fn queue() -> Vec<Message> {
    let far = |number: i64| {
        let mut far = message(&format!("BBBB{number:02}"), 90_000 + number);
        far.recipients = vec![to(&format!("r{number}@example.org"), Some(cause(false)))];
        far
    };
    let mut own = message("AAAA01", 13_600);
    own.recipients = vec![to("a@example.net", Some(cause(true))), to("b@example.net", None)];
    own.queue = "active";
    (0..30).map(far).chain([own]).collect()
}

fn terminal(
    state: &mut State,
    size: (u16, u16),
    lang: Lang,
    theme: Theme,
) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    let language = Language::new(lang);
    terminal.draw(|frame| draw(frame, state, &language, theme)).unwrap();
    terminal
}

fn screen(state: &mut State, size: (u16, u16), lang: Lang, theme: Theme) -> String {
    terminal(state, size, lang, theme).backend().to_string()
}

#[test]
fn the_worst_is_seen_at_a_glance() {
    let text = screen(&mut state(queue()), (80, 24), Lang::En, PLAIN);
    for wanted in [
        "31 messages, 32 recipients",
        "the oldest for 1d00h",
        "active 1",
        "deferred 30",
        "! A part of this mail system fails: connection refused, 1 recipients",
        "start the filter",
        "example.org",
        "!       1",
        "read in 300 ms, next in 5.7 s",
        "q quit",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    let first = text.lines().find(|line| line.contains("AAAA01")).unwrap();
    assert!(first.contains("connection refused: user@example.com >"), "{first}");
}

#[test]
fn it_fits_every_size_and_language() {
    for lang in Lang::ALL {
        for size in [(80, 24), (140, 40), (40, 10), (60, 16), (20, 5), (1, 1)] {
            let text = screen(&mut state(queue()), size, lang, PLAIN);
            assert!(!text.contains("watch-") && !text.contains("queue-"), "{text}");
            assert_eq!(text.contains("AAAA01"), size.0 >= 40, "{size:?} {text}");
        }
    }
    assert!(screen(&mut state(Vec::new()), (80, 24), Lang::En, PLAIN).contains("Nothing waits"));
}

#[test]
fn nothing_is_said_by_colour_alone_or_beyond_ascii() {
    let ascii = Theme { colour: false, unicode: false };
    let terminal = terminal(&mut state(queue()), (140, 40), Lang::En, ascii);
    let buffer = terminal.backend().buffer();
    assert!(buffer.content().iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    let text = terminal.backend().to_string();
    assert!(text.is_ascii(), "{text}");
    let coloured = Theme { colour: true, unicode: true };
    let same = screen(&mut state(queue()), (80, 24), Lang::En, coloured);
    assert_eq!(same, screen(&mut state(queue()), (80, 24), Lang::En, PLAIN));
}

#[test]
fn a_message_is_told_with_its_trace() {
    let mut state = state(queue());
    state.key(KeyEvent::from(KeyCode::Enter));
    let text = screen(&mut state, (80, 24), Lang::En, PLAIN);
    for wanted in [
        "AAAA01 (active)",
        "connect to 192.0.2.1[192.0.2.1]:25",
        "Reading the log",
        "not tried yet",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    let lines = (0..100).map(|number| format!("line {number}")).collect();
    let message = state.snapshot.messages.last().unwrap().clone();
    state.traced(&message, lines);
    state.key(KeyEvent::from(KeyCode::End));
    let text = screen(&mut state, (80, 24), Lang::En, PLAIN);
    assert!(text.contains("line 99") && !text.contains("AAAA01"), "{text}");
}

#[test]
fn what_makes_figures_doubtful_is_said() {
    let mut state = state(queue());
    state.snapshot.incomplete = true;
    state.snapshot.problems = vec!["deferred/A/AAAA09 was cut short".to_owned()];
    let trouble =
        Reading { cost: Duration::ZERO, pause: Duration::ZERO, result: Err("no leave".to_owned()) };
    state.take(trouble);
    let text = screen(&mut state, (80, 24), Lang::En, PLAIN);
    assert!(text.contains("AAAA09 was cut") || text.contains("figures are too small"), "{text}");
    assert!(text.contains("no leave") && text.contains("03:00:00"), "{text}");
}

#[test]
fn the_chosen_row_is_seen_however_far_down() {
    let mut state = state(queue());
    let language = Language::new(Lang::En);
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| draw(frame, &mut state, &language, PLAIN)).unwrap();
    state.key(KeyEvent::from(KeyCode::End));
    terminal.draw(|frame| draw(frame, &mut state, &language, PLAIN)).unwrap();
    let text = terminal.backend().to_string();
    assert!(text.contains("BBBB29") && !text.contains("AAAA01"), "{text}");
    state.filter.destination = Some(Arc::from("example.net"));
    state.key(KeyEvent::from(KeyCode::Char('s')));
    terminal.draw(|frame| draw(frame, &mut state, &language, PLAIN)).unwrap();
    let text = terminal.backend().to_string();
    assert!(text.contains("1 of 31: example.net") && text.contains("largest first"), "{text}");
}

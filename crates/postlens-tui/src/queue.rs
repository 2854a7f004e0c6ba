//! The live view of a queue: how much waits, where, why, and whether it grows.

mod data;
mod detail;
mod draw;
#[cfg(test)]
mod fixture;
mod history;
mod state;
mod tables;

use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use postlens_report::Language;
use ratatui::crossterm::event::{Event, KeyEventKind};

pub use data::{Cause, Message, QUEUES, Reading, Recipient, Snapshot};
use state::{State, Wish};

use crate::screen::{End, Screen, ScreenError};
use crate::theme::Theme;

/// Gives the lines of what the log says about a message.
pub type Trace = Box<dyn FnMut(&Message) -> Vec<String> + Send>;

/// Where the view has its data from. Each runs in a thread of its own.
pub struct Source {
    /// Reads the queue.
    pub read: Box<dyn FnMut() -> Reading + Send>,
    /// Gives the lines of what the log says about a message.
    pub trace: Trace,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").finish_non_exhaustive()
    }
}

/// What comes in while the view is open.
enum News {
    Read(Reading),
    Traced(Box<Message>, Vec<String>),
}

/// Keys and signals are looked at so often.
const PATIENCE: Duration = Duration::from_millis(100);

/// Shows the view until it is ended. `first` is the first reading of `source`.
///
/// # Errors
///
/// [`ScreenError`], when the terminal fails.
pub fn watch(
    mut screen: Screen,
    first: Reading,
    source: Source,
    language: &Language,
    theme: Theme,
) -> Result<End, ScreenError> {
    let pause = first.pause;
    let mut state = State::new(first);
    let (news, incoming) = channel();
    let wanted = start(source, pause, &news);
    let mut stale = true;
    loop {
        if let Some(signal) = screen.signal() {
            return Ok(End::Signal(signal));
        }
        if std::mem::take(&mut stale) {
            screen.draw(|frame| draw::draw(frame, &mut state, language, theme))?;
        }
        match screen.event(PATIENCE)? {
            Some(Event::Key(key)) if key.kind != KeyEventKind::Release => {
                stale = true;
                match state.key(key) {
                    Some(Wish::Quit) => return Ok(End::Asked),
                    // A thread that is no more has panicked, which the screen shows.
                    Some(Wish::Trace(message)) => drop(wanted.send(message)),
                    None => {}
                }
            }
            Some(Event::Resize(..)) => stale = true,
            _ => {}
        }
        stale |= take(&incoming, &mut state);
    }
}

/// Starts the threads. They end with the program: one that reads a large queue must not
/// keep it from ending.
fn start(source: Source, mut pause: Duration, news: &Sender<News>) -> Sender<Box<Message>> {
    let Source { mut read, mut trace } = source;
    let readings = news.clone();
    thread::spawn(move || {
        loop {
            thread::sleep(pause);
            let reading = read();
            pause = reading.pause;
            if readings.send(News::Read(reading)).is_err() {
                return;
            }
        }
    });
    let (wanted, wishes) = channel::<Box<Message>>();
    let traces = news.clone();
    thread::spawn(move || {
        while let Ok(mut message) = wishes.recv() {
            // Whoever went on to another message wants that one.
            while let Ok(later) = wishes.try_recv() {
                message = later;
            }
            let lines = trace(&message);
            if traces.send(News::Traced(message, lines)).is_err() {
                return;
            }
        }
    });
    wanted
}

/// Takes in what is there; says whether there was anything.
fn take(incoming: &Receiver<News>, state: &mut State) -> bool {
    let mut any = false;
    loop {
        match incoming.try_recv() {
            Ok(News::Read(reading)) => state.take(reading),
            Ok(News::Traced(message, lines)) => state.traced(&message, lines),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => return any,
        }
        any = true;
    }
}

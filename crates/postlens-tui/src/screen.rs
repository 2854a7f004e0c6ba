//! The terminal: taken for a view, and given back on every way out: a key, a signal, an
//! error, a panic.

use std::io::{self, IsTerminal, Stdout};
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{self, Event};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::{Frame, Terminal};
use rustix::event::{PollFd, PollFlags, Timespec};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// Why there is no view.
#[derive(Debug, thiserror::Error)]
pub enum ScreenError {
    /// Standard input or output is none, or one that can only print.
    #[error("this is no terminal that can show a live view")]
    NoTerminal,
    /// The terminal did not do what it was told.
    #[error("cannot use the terminal")]
    Terminal {
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// How a view ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By a key.
    Asked,
    /// By this signal.
    Signal(u8),
}

/// The terminal, as long as a view has it.
#[derive(Debug)]
pub struct Screen {
    /// Never dropped: it would tell a terminal that has gone that it has, and panic.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<Stdout>>>,
    /// The signal that came, or 0.
    signal: Arc<AtomicUsize>,
}

impl Screen {
    /// Takes the terminal: its other screen, keys as they are pressed.
    ///
    /// # Errors
    ///
    /// [`ScreenError`], where there is none.
    pub fn enter() -> Result<Self, ScreenError> {
        let dumb = std::env::var_os("TERM").is_none_or(|name| name.is_empty() || name == "dumb");
        if dumb || !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(ScreenError::NoTerminal);
        }
        let fail = |source| ScreenError::Terminal { source };
        let signal = Arc::new(AtomicUsize::new(0));
        for number in [SIGHUP, SIGINT, SIGTERM] {
            let value = usize::try_from(number).unwrap_or_default();
            signal_hook::flag::register_usize(number, Arc::clone(&signal), value).map_err(fail)?;
        }
        // Whoever panics should be read, on a terminal that shows it.
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            restore();
            before(info);
        }));
        enable_raw_mode().map_err(fail)?;
        let mut out = io::stdout();
        let screen = execute!(out, EnterAlternateScreen, Hide)
            .and_then(|()| Terminal::new(CrosstermBackend::new(out)));
        match screen {
            Ok(terminal) => Ok(Self { terminal: ManuallyDrop::new(terminal), signal }),
            Err(source) => {
                restore();
                Err(fail(source))
            }
        }
    }

    /// Draws what differs from before.
    pub(crate) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> Result<(), ScreenError> {
        let drawn = self.terminal.draw(draw);
        drawn.map(|_| ()).map_err(|source| ScreenError::Terminal { source })
    }

    /// Waits for a key or a change of size, so long at most. A terminal that has gone is
    /// told as the signal that it sends.
    pub(crate) fn event(&self, patience: Duration) -> Result<Option<Event>, ScreenError> {
        // crossterm reads a terminal that has gone again and again, for ever.
        if wait(patience) {
            self.signal.store(usize::try_from(SIGHUP).unwrap_or_default(), Ordering::Relaxed);
            return Ok(None);
        }
        let found = event::poll(Duration::ZERO)
            .and_then(|ready| if ready { event::read().map(Some) } else { Ok(None) });
        found.map_err(|source| ScreenError::Terminal { source })
    }

    /// The signal that wants an end, if one came.
    pub(crate) fn signal(&self) -> Option<u8> {
        let number = self.signal.load(Ordering::Relaxed);
        u8::try_from(number).ok().filter(|number| *number > 0)
    }
}

/// Waits until a key was pressed, so long at most; says whether the terminal has gone.
fn wait(patience: Duration) -> bool {
    let stdin = io::stdin();
    let mut wanted = [PollFd::new(&stdin, PollFlags::IN)];
    let patience = Timespec::try_from(patience).ok();
    // What interrupts the waiting is a signal, which is looked at next.
    let _ = rustix::event::poll(&mut wanted, patience.as_ref());
    let [found] = wanted;
    found.revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back. If it has gone, there is nothing to give back.
fn restore() {
    let _ = disable_raw_mode();
    let _ = execute!(io::stdout(), LeaveAlternateScreen, Show);
}

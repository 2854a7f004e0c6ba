//! The end of following, said from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Ends the following of a log. Copies of it are one.
///
/// ```
/// use postlens_source::Halt;
///
/// let halt = Halt::default();
/// let held = halt.clone();
/// halt.stop();
/// assert!(held.is_stopped());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Halt(Arc<AtomicBool>);

impl Halt {
    /// What is followed ends where it is, within a moment.
    pub fn stop(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it is to end.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

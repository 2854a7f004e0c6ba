//! What can go wrong when a daemon is asked.

use std::io;
use std::path::{Path, PathBuf};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens.
    #[error("no postlensd listens on {}", socket.display())]
    Absent {
        /// The socket.
        socket: PathBuf,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// The socket cannot be reached by this user.
    #[error("this user may not use {}", socket.display())]
    Forbidden {
        /// The socket.
        socket: PathBuf,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// The daemon does not answer this.
    #[error("{message}")]
    Refused {
        /// The status (RFC 9110).
        status: u16,
        /// Why, in its words.
        message: String,
        /// What may help.
        hint: Option<String>,
    },
    /// The connection failed.
    #[error("the answer from {} broke off", socket.display())]
    Broken {
        /// The socket.
        socket: PathBuf,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
}

impl ClientError {
    pub(crate) fn connecting(socket: &Path, source: io::Error) -> Self {
        let socket = socket.to_owned();
        if source.kind() == io::ErrorKind::PermissionDenied {
            Self::Forbidden { socket, source }
        } else {
            Self::Absent { socket, source }
        }
    }

    /// Reads the daemon's words, `{"error": …, "hint": …}`.
    pub(crate) fn refused(status: u16, text: &str) -> Self {
        let words: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        let word = |name| words.get(name)?.as_str().map(str::to_owned);
        let message = word("error").unwrap_or_else(|| format!("postlensd answered {status}"));
        Self::Refused { status, message, hint: word("hint") }
    }

    /// What may help.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Absent { .. } => Some(
                "start `postlensd run`, or name its store with --store; `postlensd sql` asks a \
                 store that nobody writes to"
                    .to_owned(),
            ),
            Self::Forbidden { .. } => Some(
                "ask as root or as a member of the group postlens; `ask_users` and `ask_groups` \
                 of postlensd's configuration say who else may"
                    .to_owned(),
            ),
            Self::Refused { hint, .. } => hint.clone(),
            Self::Broken { .. } => None,
        }
    }
}

//! Logs that come from elsewhere: syslog and GELF over the network, records of the
//! systemd journal. What comes is written to files first, one line a message, and these are
//! followed like any log: so that who follows them may be killed at any moment.
//!
//! ```
//! use std::sync::Arc;
//! use postlens_receive::{Listen, Protocol, Receiver, Spool, SpoolLimits};
//!
//! # let directory = tempfile::tempdir()?;
//! let spool = Spool::open(directory.path(), "example", SpoolLimits::default())?;
//! let listen = Listen::new(Protocol::SyslogUdp, "127.0.0.1:0".parse()?);
//! let receiver = Receiver::start(&listen, Arc::new(spool))?;
//! let sender = std::net::UdpSocket::bind("127.0.0.1:0")?;
//! let line = "<22>Nov 24 06:25:01 mx postfix/qmgr[7]: 4jYXrC3hT6z1SZfq: removed";
//! sender.send_to(line.as_bytes(), receiver.address())?;
//! while receiver.counts().messages == 0 {
//!     std::thread::sleep(std::time::Duration::from_millis(10));
//! }
//! let log = std::fs::read_to_string(directory.path().join("example.log"))?;
//! assert_eq!(log.lines().nth(1), Some(line));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

pub mod error;
pub mod journal;
pub mod listen;
pub mod receiver;
pub mod spool;

mod connection;
mod datagram;
mod framing;
mod gelf;
mod records;
mod tls;

pub use error::ReceiveError;
pub use journal::{Journal, JournalNotice, JournalReader};
pub use listen::{Listen, Protocol, TlsFiles};
pub use receiver::{Counts, Receiver};
pub use spool::{Spool, SpoolLimits, is_heading};

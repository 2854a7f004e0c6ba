//! Real senders: logger, rsyslog, GELF libraries from PyPI.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod senders {
    mod certificates;
    mod inbox;
    mod journal;
    mod library;
    mod logger;
    mod rsyslog;
}

//! Sends what Postlens has to say by mail: a [`Letter`] of text, HTML and pictures by a
//! [`Route`], which is the local sendmail program or an SMTP server.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests fail by panicking"))]

mod letter;
mod route;

pub use letter::{Composed, Letter, LetterError, Picture};
pub use route::{Login, Route, RouteError, Security, Smtp};

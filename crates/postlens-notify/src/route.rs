//! Routes: how a letter gets away.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use lettre::transport::sendmail;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::{self};
use lettre::{SendmailTransport, SmtpTransport, Transport};

use crate::letter::Composed;

/// How a letter gets away.
#[derive(Debug, Clone)]
pub enum Route {
    /// By a program that takes mail as sendmail does.
    Sendmail(PathBuf),
    /// By an SMTP server.
    Smtp(Smtp),
}

/// An SMTP server that takes mail.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// Its name, which its certificate must have, or its address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// A file of certificates (PEM) to be trusted beside the system's.
    pub trusted: Option<PathBuf>,
    /// Whom to log in as.
    pub login: Option<Login>,
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all.
    None,
    /// By TLS after STARTTLS; without it nothing is sent.
    StartTls,
    /// By TLS from the beginning.
    Tls,
}

/// A name and a password. The password is not shown by `Debug`.
#[derive(Clone)]
pub struct Login {
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("user", &self.user).finish_non_exhaustive()
    }
}

/// A letter that did not get away.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The program could not be run, or did not take the letter.
    #[error("{} did not take the mail", program.display())]
    Sendmail {
        /// The program.
        program: PathBuf,
        /// What happened.
        #[source]
        source: sendmail::Error,
    },
    /// The server could not be reached, or did not take the letter.
    #[error("{host}:{port} did not take the mail")]
    Smtp {
        /// The server.
        host: String,
        /// Its port.
        port: u16,
        /// What happened.
        #[source]
        source: smtp::Error,
    },
    /// The certificates to be trusted could not be read.
    #[error("cannot read certificates from {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The file holds no certificate.
    #[error("no certificates in {}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: smtp::Error,
    },
    /// TLS could not be set up at all.
    #[error("cannot set up TLS for {host}")]
    Tls {
        /// The server.
        host: String,
        /// Why not.
        #[source]
        source: smtp::Error,
    },
}

impl RouteError {
    /// Whether trying again may help: the server was not reached, or said so (4xx).
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Smtp { source, .. } => {
                !source.is_permanent() && !source.is_client() && !self.is_unprotected()
            }
            Self::Sendmail { .. } => true,
            Self::Read { .. } | Self::Certificate { .. } | Self::Tls { .. } => false,
        }
    }

    /// Whether TLS failed: a certificate is not trusted, or what answers speaks no TLS.
    pub fn is_unprotected(&self) -> bool {
        let Self::Smtp { source, .. } = self else {
            return matches!(self, Self::Certificate { .. } | Self::Tls { .. });
        };
        // rustls says it by an error of input and output that has no other meaning here.
        let causes = std::iter::successors(Error::source(source), |error| (*error).source());
        source.is_tls()
            || causes
                .filter_map(|error| error.downcast_ref::<std::io::Error>())
                .any(|error| error.kind() == std::io::ErrorKind::InvalidData)
    }
}

/// How long a server may take for one step.
const PATIENCE: Duration = Duration::from_mins(1);

impl Route {
    /// Sends a letter, trying again after each of the `pauses` while that may help. `wait` is
    /// told each pause with what went wrong, and lets it pass.
    pub fn send(
        &self,
        letter: &Composed,
        pauses: &[Duration],
        mut wait: impl FnMut(Duration, &RouteError),
    ) -> Result<(), RouteError> {
        let mut pauses = pauses.iter();
        loop {
            let Err(error) = self.attempt(letter) else { return Ok(()) };
            match pauses.next().filter(|_| error.is_transient()) {
                Some(pause) => wait(*pause, &error),
                None => return Err(error),
            }
        }
    }

    fn attempt(&self, letter: &Composed) -> Result<(), RouteError> {
        match self {
            Self::Sendmail(program) => SendmailTransport::new_with_command(program)
                .send_raw(&letter.envelope, &unix_lines(letter.bytes()))
                .map_err(|source| RouteError::Sendmail { program: program.clone(), source }),
            Self::Smtp(server) => {
                let sent = server.transport()?.send_raw(&letter.envelope, letter.bytes());
                let (host, port) = (server.host.clone(), server.port);
                sent.map(drop).map_err(|source| RouteError::Smtp { host, port, source })
            }
        }
    }
}

/// Programs read lines as the system has them.
fn unix_lines(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (place, byte) in bytes.iter().enumerate() {
        if *byte != b'\r' || bytes.get(place + 1) != Some(&b'\n') {
            out.push(*byte);
        }
    }
    out
}

impl Smtp {
    fn transport(&self) -> Result<SmtpTransport, RouteError> {
        let tls = match self.security {
            Security::None => Tls::None,
            Security::StartTls => Tls::Required(self.parameters()?),
            Security::Tls => Tls::Wrapper(self.parameters()?),
        };
        let mut builder = SmtpTransport::builder_dangerous(&self.host)
            .port(self.port)
            .tls(tls)
            .timeout(Some(PATIENCE));
        if let Some(Login { user, password }) = self.login.clone() {
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(builder.build())
    }

    fn parameters(&self) -> Result<TlsParameters, RouteError> {
        let mut builder = TlsParameters::builder(self.host.clone());
        if let Some(path) = &self.trusted {
            let pem = std::fs::read(path)
                .map_err(|source| RouteError::Read { path: path.clone(), source })?;
            let certificate = Certificate::from_pem(&pem)
                .map_err(|source| RouteError::Certificate { path: path.clone(), source })?;
            builder = builder.add_root_certificate(certificate);
        }
        let host = self.host.clone();
        builder.build().map_err(|source| RouteError::Tls { host, source })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Login, Route, RouteError, Security, Smtp, unix_lines};
    use crate::letter::Letter;

    fn letter() -> Letter {
        let (from, to) = ("a@example.com".to_owned(), vec!["b@example.com".to_owned()]);
        let empty = String::new;
        Letter { from, to, subject: empty(), text: empty(), html: empty(), pictures: Vec::new() }
    }

    #[test]
    fn what_may_help_is_tried_again() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = closed.local_addr().unwrap().port();
        drop(closed);
        let server = Smtp {
            host: "127.0.0.1".to_owned(),
            port,
            security: Security::None,
            trusted: None,
            login: None,
        };
        let letter = letter().compose().unwrap();
        let mut waited = Vec::new();
        let pauses = [Duration::from_secs(5), Duration::from_secs(20)];
        let sent = Route::Smtp(server).send(&letter, &pauses, |pause, _| waited.push(pause));
        assert!(matches!(sent, Err(RouteError::Smtp { .. })));
        assert_eq!(waited, pauses);
    }

    #[test]
    fn certificates_that_are_none_are_not_tried_again() {
        let server = Smtp {
            host: "localhost".to_owned(),
            port: 1,
            security: Security::Tls,
            trusted: Some("/dev/null/none.pem".into()),
            login: None,
        };
        let letter = letter().compose().unwrap();
        let sent = Route::Smtp(server).send(&letter, &[Duration::ZERO], |_, _| {
            unreachable!("waiting cannot help");
        });
        assert!(matches!(sent, Err(RouteError::Read { .. })));
    }

    #[test]
    fn passwords_are_not_shown() {
        let login = Login { user: "u".to_owned(), password: "secret".to_owned() };
        assert!(!format!("{login:?}").contains("secret"));
    }

    #[test]
    fn only_line_ends_change() {
        assert_eq!(unix_lines(b"a\r\nb\rc\r\n"), b"a\nb\rc\n");
    }
}

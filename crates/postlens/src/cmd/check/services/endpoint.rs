//! Where a service listens, and whether it takes a connection.

use std::fmt;
use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::postfix::Postfix;

/// An address as Postfix writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Endpoint {
    Tcp(String, u16),
    Unix(PathBuf),
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(host, port) if host.contains(':') => write!(f, "inet:[{host}]:{port}"),
            Self::Tcp(host, port) => write!(f, "inet:{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// What became of a connection.
#[derive(Debug)]
pub(super) enum Connection {
    Taken,
    /// It cannot be tried by this user.
    Forbidden(String),
    Failed(String),
}

impl Endpoint {
    /// `inet:host:port`, `unix:path` (below the queue directory unless it begins with `/`),
    /// `host:port`, `[host]:port`, also within `{…, options}`.
    pub(super) fn parse(text: &str, postfix: &Postfix) -> Option<Self> {
        let text = text.trim();
        if let Some(inner) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            return Self::parse(inner.split([',', ' ']).find(|part| !part.is_empty())?, postfix);
        }
        // milter(8) knows `local:` too, and sendmail's way of naming a host: port@host.
        for scheme in ["unix:", "local:"] {
            if let Some(path) = text.strip_prefix(scheme) {
                return Some(Self::Unix(postfix.in_queue(path)));
            }
        }
        let text = text.strip_prefix("inet6:").or(text.strip_prefix("inet:")).unwrap_or(text);
        if let Some((port, host)) = text.split_once('@') {
            return Some(Self::Tcp(bare(host), number(port)?));
        }
        let (host, port) = text.rsplit_once(':')?;
        if host.contains(':') && !host.starts_with('[') {
            return None;
        }
        Some(Self::Tcp(bare(host), number(port)?))
    }

    /// Opens a connection and closes it.
    pub(super) fn connect(&self, timeout: Duration) -> Connection {
        let (sender, receiver) = channel();
        let endpoint = self.clone();
        // Looking up names, and a socket whose queue is full, know no time limit.
        std::thread::spawn(move || sender.send(endpoint.open(timeout)));
        match receiver.recv_timeout(timeout) {
            Ok(Ok(())) => Connection::Taken,
            Ok(Err(error)) if error.kind() == io::ErrorKind::PermissionDenied => {
                Connection::Forbidden(error.to_string())
            }
            Ok(Err(error)) => Connection::Failed(error.to_string()),
            Err(_) => Connection::Failed(format!("no connection within {} s", timeout.as_secs())),
        }
    }

    fn open(&self, timeout: Duration) -> io::Result<()> {
        match self {
            Self::Unix(path) => UnixStream::connect(path).map(drop),
            Self::Tcp(host, port) => {
                let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
                for address in (host.as_str(), *port).to_socket_addrs()? {
                    match TcpStream::connect_timeout(&address, timeout) {
                        Ok(_) => return Ok(()),
                        Err(error) => last = error,
                    }
                }
                Err(last)
            }
        }
    }
}

/// A host without brackets; without any, this one.
fn bare(host: &str) -> String {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if host.is_empty() { "localhost".to_owned() } else { host.to_owned() }
}

/// A port by its number or its name in services(5).
fn number(port: &str) -> Option<u16> {
    port.parse().ok().or_else(|| {
        let services = std::fs::read_to_string(Path::new("/etc/services")).ok()?;
        services.lines().find_map(|line| {
            let mut words = line.split('#').next()?.split_ascii_whitespace();
            let (name, number) = (words.next()?, words.next()?);
            let number = number.strip_suffix("/tcp")?;
            (name == port || words.any(|alias| alias == port)).then(|| number.parse().ok())?
        })
    })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::os::unix::net::UnixListener;
    use std::time::Duration;

    use super::{Connection, Endpoint};
    use crate::postfix::Postfix;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = Endpoint::parse(text, &Postfix::default()).map(|found| found.to_string());
        assert_eq!(found.unwrap_or_default(), expected, "{text}");
    }

    #[test]
    fn addresses_as_postfix_writes_them() {
        check("inet:127.0.0.1:8891", "inet:127.0.0.1:8891");
        check("inet:[::1]:8891", "inet:[::1]:8891");
        check("[127.0.0.1]:10024", "inet:127.0.0.1:10024");
        check("inet:8891@localhost", "inet:localhost:8891");
        check(":10025", "inet:localhost:10025");
        check("unix:/run/x.sock", "unix:/run/x.sock");
        check("unix:private/policy", "unix:private/policy");
        check("{ inet:127.0.0.1:9, default_action=accept }", "inet:127.0.0.1:9");
        check("example.com", "");
        check("inet:host:no-such-port-name", "");
    }

    #[test]
    fn connections_are_taken_or_not() {
        let patience = Duration::from_secs(20);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let tcp = Endpoint::Tcp("127.0.0.1".to_owned(), port);
        assert!(matches!(tcp.connect(patience), Connection::Taken));
        drop(listener);
        assert!(matches!(tcp.connect(patience), Connection::Failed(_)));
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("socket");
        let unix = Endpoint::Unix(path.clone());
        assert!(matches!(unix.connect(patience), Connection::Failed(_)));
        let _listener = UnixListener::bind(path).unwrap();
        assert!(matches!(unix.connect(patience), Connection::Taken));
    }
}

//! By which transport, and to which next hop, Postfix would send mail: asked of
//! trivial-rewrite(8), as qmgr(8) does for each recipient.
//!
//! ```text
//! > request resolve, sender user@example.com, address rcpt@example.net
//! < flags 0, transport smtp, nexthop example.net, recipient rcpt@example.net, flags 4096
//! ```
//! [Attributes](crate::attributes) at the socket `private/rewrite`
//! (global/resolve_clnt.c). It looks things up and changes nothing.

use std::io::{self, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bstr::BString;

use crate::attributes::{Attributes, send};

/// Where its socket is, below the queue directory.
const SOCKET: &str = "private/rewrite";
/// A table may be a slow database.
const PATIENCE: Duration = Duration::from_secs(30);
/// Flags that say that there is no route: RESOLVE_FLAG_ERROR and RESOLVE_FLAG_FAIL.
const FAILED: u32 = 4 | 8;

/// Why Postfix gave no route.
#[derive(Debug, thiserror::Error)]
#[error("cannot ask {} for routes", path.display())]
pub struct ResolveError {
    path: PathBuf,
    source: io::Error,
}

/// Where mail would go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The transport's name in master.cf.
    pub transport: BString,
    /// Domain, `[host]:port`, or whatever the transport takes.
    pub next_hop: BString,
}

/// A connection to trivial-rewrite(8).
#[derive(Debug)]
pub struct Resolver {
    path: PathBuf,
    answers: Attributes<BufReader<UnixStream>>,
    greeted: bool,
}

impl Resolver {
    /// Connects to the service of a Postfix by its queue directory.
    ///
    /// # Errors
    ///
    /// [`ResolveError`]: it is for root and the user `postfix`, and only while Postfix runs.
    pub fn connect(queue_directory: &Path) -> Result<Self, ResolveError> {
        let path = queue_directory.join(SOCKET);
        let opened = UnixStream::connect(&path).and_then(|stream| {
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            Ok(stream)
        });
        match opened {
            Ok(stream) => {
                Ok(Self { path, answers: Attributes(BufReader::new(stream)), greeted: false })
            }
            Err(source) => Err(ResolveError { path, source }),
        }
    }

    /// Where mail from and to these addresses would go; `None` where Postfix itself cannot
    /// tell now.
    ///
    /// # Errors
    ///
    /// [`ResolveError`], where it does not answer.
    pub fn route(&mut self, sender: &[u8], address: &[u8]) -> Result<Option<Route>, ResolveError> {
        self.ask(sender, address).map_err(|source| ResolveError { path: self.path.clone(), source })
    }

    fn ask(&mut self, sender: &[u8], address: &[u8]) -> io::Result<Option<Route>> {
        let question: [(&str, &[u8]); 3] =
            [("request", b"resolve"), ("sender", sender), ("address", address)];
        let stream: &mut dyn Write = self.answers.0.get_mut();
        send(stream, &question)?;
        let mut answer = self.answers.group()?;
        if !self.greeted && answer.iter().any(|(name, _)| name == "protocol") {
            answer = self.answers.group()?;
        }
        self.greeted = true;
        let last = |wanted: &str| {
            answer.iter().rfind(|(name, _)| name == wanted).map(|(_, value)| value.clone())
        };
        let flags = last("flags").and_then(|flags| flags.to_string().parse::<u32>().ok());
        let (Some(flags), Some(transport), Some(next_hop)) =
            (flags, last("transport"), last("nexthop"))
        else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        let known = flags & FAILED == 0 && !transport.is_empty();
        Ok(known.then_some(Route { transport, next_hop }))
    }
}

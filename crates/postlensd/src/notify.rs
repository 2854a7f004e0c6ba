//! Words to systemd about this service (sd_notify(3), a datagram each).

use std::ffi::OsString;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// Who started this service and wants to hear of it; nobody may.
#[derive(Debug)]
pub(crate) struct Notify {
    manager: Option<(UnixDatagram, SocketAddr)>,
    watchdog: Option<Duration>,
}

/// What systemd puts into the environment.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    /// `NOTIFY_SOCKET`: a path, or an abstract name behind an `@`.
    pub(crate) socket: Option<OsString>,
    /// `WATCHDOG_USEC`: how often this service must say that it lives.
    pub(crate) watchdog: Option<String>,
    /// `WATCHDOG_PID`: whom that is meant for.
    pub(crate) pid: Option<String>,
}

impl Notify {
    /// Finds who wants to hear.
    pub(crate) fn new(environment: &Environment) -> Self {
        let address = environment.socket.as_ref().and_then(|socket| match socket.as_bytes() {
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name).ok(),
            _ => SocketAddr::from_pathname(socket).ok(),
        });
        let meant =
            environment.pid.as_ref().is_none_or(|pid| *pid == std::process::id().to_string());
        let watchdog = environment.watchdog.as_ref().filter(|_| meant);
        Self {
            manager: UnixDatagram::unbound().ok().zip(address),
            watchdog: watchdog.and_then(|micros| Some(Duration::from_micros(micros.parse().ok()?))),
        }
    }

    /// It does what it is for.
    pub(crate) fn ready(&self, status: &str) {
        self.say(&format!("READY=1\nSTATUS={status}"));
    }

    /// It reads its configuration anew; `ready` tells the end of that.
    pub(crate) fn reloading(&self) {
        self.say("RELOADING=1");
    }

    /// It comes to its end.
    pub(crate) fn stopping(&self) {
        self.say("STOPPING=1\nSTATUS=putting the last rows into the tables");
    }

    /// It lives.
    pub(crate) fn alive(&self) {
        self.say("WATCHDOG=1");
    }

    /// After how long a silence systemd takes it for dead.
    pub(crate) fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    fn say(&self, text: &str) {
        if let Some((socket, address)) = &self.manager {
            // A manager that has gone does not wait for words.
            let _ = socket.send_to_addr(text.as_bytes(), address);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixDatagram;
    use std::time::Duration;

    use super::{Environment, Notify};

    fn heard(socket: &UnixDatagram) -> String {
        let mut bytes = [0; 200];
        let count = socket.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    }

    #[test]
    fn the_manager_hears() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let environment = Environment { socket: Some(path.into()), ..Environment::default() };
        let notify = Notify::new(&environment);
        notify.ready("following 2 logs");
        assert_eq!(heard(&socket), "READY=1\nSTATUS=following 2 logs");
        notify.reloading();
        assert_eq!(heard(&socket), "RELOADING=1");
        assert_eq!(notify.watchdog(), None);
    }

    #[test]
    fn the_watchdog_may_be_meant_for_another() {
        let own = std::process::id().to_string();
        for (pid, expected) in [(None, true), (Some(own), true), (Some("1".to_owned()), false)] {
            let watchdog = Some("30000000".to_owned());
            let notify = Notify::new(&Environment { socket: None, watchdog, pid });
            assert_eq!(notify.watchdog(), expected.then_some(Duration::from_secs(30)));
        }
        Notify::new(&Environment::default()).ready("nobody hears");
    }
}

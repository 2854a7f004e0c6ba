//! Receiving, from its start to its end.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rustls::ServerConfig;

use crate::connection;
use crate::datagram;
use crate::error::ReceiveError;
use crate::listen::{Listen, Protocol};
use crate::spool::Spool;
use crate::tls;

/// What came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Messages that were written.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Messages that were too long and were cut.
    pub cut: u64,
    /// Datagrams, and messages in chunks, that came and could not be kept: the disk was full,
    /// or they were nothing that can be read.
    pub lost: u64,
    /// Datagrams that the system dropped, since they came faster than they were read.
    pub dropped: u64,
    /// Connections that are open.
    pub connections: usize,
    /// Connections that were one too many.
    pub refused: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    messages: AtomicU64,
    bytes: AtomicU64,
    cut: AtomicU64,
    lost: AtomicU64,
    connections: AtomicUsize,
    refused: AtomicU64,
}

impl Counters {
    pub(crate) fn took(&self, messages: u64, bytes: u64) {
        self.messages.fetch_add(messages, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn cut(&self, messages: u64) {
        self.cut.fetch_add(messages, Ordering::Relaxed);
    }

    pub(crate) fn lost(&self, messages: u64) {
        self.lost.fetch_add(messages, Ordering::Relaxed);
    }

    /// Notes a connection, unless there are so many.
    pub(crate) fn connected(&self, most: usize) -> bool {
        let open = self.connections.fetch_add(1, Ordering::Relaxed);
        if open >= most {
            self.disconnected();
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        open < most
    }

    pub(crate) fn disconnected(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the threads of a receiver share.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) listen: Listen,
    pub(crate) spool: Arc<Spool>,
    pub(crate) counts: Counters,
    stopped: AtomicBool,
    tls: Option<Mutex<Arc<ServerConfig>>>,
}

impl State {
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// How to speak TLS, where it is to be spoken.
    pub(crate) fn tls(&self) -> Option<Arc<ServerConfig>> {
        let config = self.tls.as_ref()?;
        Some(Arc::clone(&config.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Receives until it is dropped.
#[derive(Debug)]
pub struct Receiver {
    state: Arc<State>,
    address: SocketAddr,
    /// A datagram socket's inode, by which the system counts what it dropped.
    inode: Option<u64>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Starts to receive into a spool.
    ///
    /// # Errors
    /// When the address cannot be listened at, or certificate and key cannot be used.
    pub fn start(listen: &Listen, spool: Arc<Spool>) -> Result<Self, ReceiveError> {
        let Listen { protocol, address, .. } = *listen;
        let failed = |source| ReceiveError::Listen { address, protocol: protocol.name(), source };
        let tls = match (protocol, &listen.tls) {
            (Protocol::SyslogTls, None) => {
                return Err(ReceiveError::NoCertificate { address, protocol: protocol.name() });
            }
            (Protocol::SyslogTls, Some(files)) => Some(Mutex::new(Arc::new(tls::config(files)?))),
            (
                Protocol::SyslogUdp | Protocol::SyslogTcp | Protocol::GelfUdp | Protocol::GelfTcp,
                _,
            ) => None,
        };
        let state = Arc::new(State {
            listen: listen.clone(),
            spool,
            counts: Counters::default(),
            stopped: AtomicBool::new(false),
            tls,
        });
        let shared = Arc::clone(&state);
        let builder = thread::Builder::new().name(protocol.name().to_owned());
        let (thread, address, inode) = match protocol {
            Protocol::SyslogUdp | Protocol::GelfUdp => {
                let socket = UdpSocket::bind(address).map_err(failed)?;
                datagram::prepare(&socket).map_err(failed)?;
                let inode = rustix::fs::fstat(&socket).ok().map(|stat| stat.st_ino);
                let address = socket.local_addr().map_err(failed)?;
                let receive = move || datagram::receive(&socket, &shared);
                (builder.spawn(receive), address, inode)
            }
            Protocol::SyslogTcp | Protocol::SyslogTls | Protocol::GelfTcp => {
                let listener = TcpListener::bind(address).map_err(failed)?;
                listener.set_nonblocking(true).map_err(failed)?;
                let address = listener.local_addr().map_err(failed)?;
                (builder.spawn(move || connection::accept(&listener, &shared)), address, None)
            }
        };
        let thread = Some(thread.map_err(ReceiveError::Thread)?);
        Ok(Self { state, address, inode, thread })
    }

    /// Where it listens; the port is one that was free, where 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it listens to.
    pub fn listen(&self) -> &Listen {
        &self.state.listen
    }

    /// What came so far.
    pub fn counts(&self) -> Counts {
        let Counters { messages, bytes, cut, lost, connections, refused } = &self.state.counts;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            messages: read(messages),
            bytes: read(bytes),
            cut: read(cut),
            lost: read(lost),
            dropped: self.inode.and_then(dropped).unwrap_or_default(),
            connections: connections.load(Ordering::Relaxed),
            refused: read(refused),
        }
    }

    /// Reads certificate and key again, for connections to come.
    ///
    /// # Errors
    /// When they cannot be used; then the old ones stay.
    pub fn renew(&self) -> Result<(), ReceiveError> {
        let State { listen, tls: held, .. } = &*self.state;
        if let (Some(held), Some(files)) = (held, &listen.tls) {
            let renewed = Arc::new(tls::config(files)?);
            *held.lock().unwrap_or_else(PoisonError::into_inner) = renewed;
        }
        Ok(())
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // The address is free again; connections end by themselves within a moment.
            let _ = thread.join();
        }
    }
}

/// What the system dropped of a socket's datagrams: the last column of `/proc/net/udp`.
fn dropped(inode: u64) -> Option<u64> {
    let inode = inode.to_string();
    ["/proc/net/udp", "/proc/net/udp6"].into_iter().find_map(|path| {
        let table = std::fs::read_to_string(path).ok()?;
        table.lines().skip(1).find_map(|row| {
            let mut columns = row.split_ascii_whitespace();
            columns.any(|column| column == inode).then(|| columns.last()?.parse().ok())?
        })
    })
}

//! Connections into the spool.

use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustls::{ServerConnection, StreamOwned};
use socket2::SockRef;

use crate::framing::{self, Frames, Framing};
use crate::gelf;
use crate::listen::Protocol;
use crate::receiver::State;

/// How often it is looked whether to end.
const LOOK: Duration = Duration::from_millis(200);
/// How long to wait before trying to write again: who sends waits too, and loses nothing.
const AGAIN: Duration = Duration::from_secs(1);
/// What is read at once.
const PIECE: usize = 64 * 1024;
/// Threads of connections need no more.
const STACK: usize = 256 * 1024;

/// Accepts connections until it is told to end.
pub(crate) fn accept(listener: &TcpListener, state: &Arc<State>) {
    while !state.is_stopped() {
        let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(LOOK.subsec_nanos()) };
        if poll(&mut [PollFd::new(listener, PollFlags::IN)], Some(&timeout)) == Ok(0) {
            continue;
        }
        let Ok((stream, _)) = listener.accept() else { continue };
        if !state.counts.connected(state.listen.connections) {
            // Dropped, and thereby closed.
            continue;
        }
        let serving = Arc::clone(state);
        let serve = move || {
            serve(stream, &serving);
            serving.counts.disconnected();
        };
        let thread = thread::Builder::new().name("receive".to_owned()).stack_size(STACK);
        if thread.spawn(serve).is_err() {
            state.counts.disconnected();
        }
    }
}

/// Receives from a connection to its end.
fn serve(stream: TcpStream, state: &State) {
    let prepared = stream.set_nonblocking(false).and_then(|()| stream.set_read_timeout(Some(LOOK)));
    // Ends connections whose other end has gone without a word.
    let prepared = prepared.and_then(|()| SockRef::from(&stream).set_keepalive(true));
    if prepared.is_err() {
        return;
    }
    match state.tls() {
        None => receive(stream, state),
        Some(config) => {
            if let Ok(connection) = ServerConnection::new(config) {
                receive(StreamOwned::new(connection, stream), state);
            }
        }
    }
}

fn receive(mut stream: impl Read, state: &State) {
    let gelf = state.listen.protocol == Protocol::GelfTcp;
    let frames = if gelf { Frames::Zero } else { Frames::Syslog };
    let mut framing = Framing::new(frames, state.listen.longest);
    let mut buffer = vec![0; PIECE];
    let mut lines = Vec::new();
    let mut ended = false;
    while !ended {
        let mut messages = 0;
        let mut take = |message: &[u8]| {
            let before = lines.len();
            if gelf {
                gelf::append_line(message, &mut lines);
            } else {
                framing::append_line(message, &mut lines);
            }
            messages += u64::from(lines.len() > before);
        };
        match stream.read(&mut buffer) {
            Ok(0) => ended = true,
            Ok(count) => framing.push(buffer.get(..count).unwrap_or_default(), &mut take),
            Err(error) if is_patient(&error) => ended = state.is_stopped(),
            // Broken off, also without the end that TLS has: what came is kept.
            Err(_) => ended = true,
        }
        if ended {
            framing.finish(&mut take);
        }
        state.counts.cut(std::mem::take(&mut framing.cut));
        if !lines.is_empty() && !write(&lines, messages, state) {
            return;
        }
        lines.clear();
    }
}

/// Writes when that can be done; whether it was before the end.
fn write(lines: &[u8], messages: u64, state: &State) -> bool {
    while state.spool.write(lines).is_err() {
        if state.is_stopped() {
            state.counts.lost(messages);
            return false;
        }
        thread::sleep(AGAIN);
    }
    state.counts.took(messages, lines.len() as u64);
    true
}

/// Whether it is a wait that has come to its end.
fn is_patient(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

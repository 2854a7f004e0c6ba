//! Datagrams into the spool.

use std::net::UdpSocket;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::SockRef;

use crate::framing;
use crate::gelf::{self, Assembly, Datagram};
use crate::listen::Protocol;
use crate::receiver::State;

/// So much may wait in the kernel while we write, where the system allows it (`rmem_max`).
const WAITING: usize = 8 << 20;
/// The largest datagram.
const LARGEST: usize = 65_536;
/// Lines are written together when so many bytes have come, or nothing more waits.
const TOGETHER: usize = 256 * 1024;
/// How often it is looked whether to end.
const LOOK: Duration = Duration::from_millis(200);

/// Makes the socket's buffer large, and lets reading not wait.
pub(crate) fn prepare(socket: &UdpSocket) -> std::io::Result<()> {
    // A smaller one works too.
    let _ = SockRef::from(socket).set_recv_buffer_size(WAITING);
    socket.set_nonblocking(true)
}

/// Receives until it is told to end.
pub(crate) fn receive(socket: &UdpSocket, state: &Arc<State>) {
    let mut buffer = vec![0; LARGEST];
    let (mut lines, mut assembly) = (Vec::new(), Assembly::default());
    while !state.is_stopped() {
        let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(LOOK.subsec_nanos()) };
        if poll(&mut [PollFd::new(socket, PollFlags::IN)], Some(&timeout)) == Ok(0) {
            continue;
        }
        let mut messages = 0;
        while let Ok(count) = socket.recv(&mut buffer) {
            let datagram = buffer.get(..count).unwrap_or_default();
            messages += take(datagram, state, &mut assembly, &mut lines);
            if lines.len() >= TOGETHER {
                break;
            }
        }
        state.counts.lost(std::mem::take(&mut assembly.lost));
        if state.spool.write(&lines).is_ok() {
            state.counts.took(messages, lines.len() as u64);
        } else {
            // Nobody sends a datagram once more.
            state.counts.lost(messages);
        }
        lines.clear();
    }
}

/// Appends what a datagram says as a line; returns how many messages that are.
fn take(datagram: &[u8], state: &State, assembly: &mut Assembly, lines: &mut Vec<u8>) -> u64 {
    let longest = state.listen.longest;
    let before = lines.len();
    if state.listen.protocol == Protocol::GelfUdp {
        match assembly.take(datagram, longest, Instant::now()) {
            Datagram::Message(message, cut) => {
                state.counts.cut(u64::from(cut));
                gelf::append_line(&message, lines);
            }
            Datagram::Chunk => {}
            Datagram::Garbage => state.counts.lost(1),
        }
    } else {
        state.counts.cut(u64::from(datagram.len() > longest));
        framing::append_line(datagram.get(..longest).unwrap_or(datagram), lines);
    }
    u64::from(lines.len() > before)
}

//! DNS: each server of resolv.conf(5) is asked one question. Postfix asks them itself, so it
//! is them that matter, not names known otherwise.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, RCODE, TYPE};

use super::super::plugin::State;
use super::{Found, Scene};

const RESOLV: &str = "/etc/resolv.conf";
/// glibc looks at no more.
const SERVERS: usize = 3;
/// The largest answer without extensions (RFC 1035), and room for servers that say more.
const LARGEST: usize = 4096;

pub(super) fn look(scene: &Scene<'_>, found: &mut Found) {
    let servers = match std::fs::read_to_string(RESOLV) {
        Ok(text) => servers(&text),
        // resolver(3): without the file, the server on this host.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => servers(""),
        Err(error) => return found.unseen(format!("{RESOLV}: {error}")),
    };
    let name = scene.args.dns_name.clone().unwrap_or_else(|| scene.postfix.value("mydomain"));
    let mut slowest = Duration::ZERO;
    let mut silent = Vec::new();
    for server in &servers {
        match ask(SocketAddr::new(*server, 53), &name, scene.timeout()) {
            Ok(time) => slowest = slowest.max(time),
            Err(error) => silent.push(format!("{server}: {error:#}")),
        }
    }
    found.figure("dns", slowest.as_secs_f64(), "s", super::Limits::default());
    let remedy = format!("nameserver in {RESOLV}; try `dig @SERVER {name} MX`");
    match silent.len() {
        0 => found.fine(),
        count if count == servers.len() => found.wrong(
            State::Critical,
            format!("no DNS server answers ({})", silent.join("; ")),
            format!("{remedy}; until then Postfix defers all mail to other hosts"),
        ),
        _ => found.wrong(
            State::Warning,
            format!("a DNS server does not answer ({})", silent.join("; ")),
            format!("{remedy}; each look-up waits for it first"),
        ),
    }
    copies(scene, found);
}

/// Services in a chroot read a copy of resolv.conf, which nobody renews.
fn copies(scene: &Scene<'_>, found: &mut Found) {
    let copy = scene.postfix.in_queue("etc/resolv.conf");
    let Some(service) =
        scene.postfix.services().iter().find(|service| service.chroot == Some(true))
    else {
        return;
    };
    let (Ok(ours), Ok(theirs)) = (std::fs::read_to_string(RESOLV), std::fs::read_to_string(&copy))
    else {
        return;
    };
    if servers(&ours) == servers(&theirs) {
        return found.fine();
    }
    found.wrong(
        State::Warning,
        format!("{} names other DNS servers than {RESOLV}", copy.display()),
        format!(
            "{} runs in a chroot ({}) and reads the copy: `cp {RESOLV} {}`, then `{} reload`",
            service.name,
            service.at,
            copy.display(),
            scene.postfix.command("postfix"),
        ),
    );
}

/// The servers of a resolv.conf, as the C library takes them.
fn servers(text: &str) -> Vec<IpAddr> {
    let named = text.lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        let address = words.next().filter(|word| *word == "nameserver").and(words.next())?;
        // A zone such as %eth0 cannot be used here; the address may do without.
        Path::new(address.split('%').next()?).to_str()?.parse().ok()
    });
    let named: Vec<IpAddr> = named.take(SERVERS).collect();
    if named.is_empty() { vec![IpAddr::from([127, 0, 0, 1])] } else { named }
}

/// Asks a server for the MX records of a name: whether it answers, and after which time.
/// That there is no such name is an answer.
fn ask(server: SocketAddr, name: &str, timeout: Duration) -> Result<Duration> {
    let number = question_number();
    let mut packet = Packet::new_query(number);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    let name = Name::new(name).map_err(|error| anyhow!("not a name: {name}: {error}"))?;
    let question = Question::new(name, QTYPE::TYPE(TYPE::MX), QCLASS::CLASS(CLASS::IN), false);
    packet.questions.push(question);
    let query = packet.build_bytes_vec().context("the question cannot be written")?;
    let local: SocketAddr =
        if server.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0u16; 8], 0).into() };
    let socket = UdpSocket::bind(local)?;
    // Only what this server says comes back.
    socket.connect(server)?;
    let started = Instant::now();
    // Datagrams may be lost, so it is asked twice.
    for _ in 0..2 {
        socket.send(&query)?;
        let until = Instant::now() + timeout / 2;
        while let Some(left) = until.checked_duration_since(Instant::now()).filter(|d| !d.is_zero())
        {
            socket.set_read_timeout(Some(left))?;
            let mut buffer = [0; LARGEST];
            let read = match socket.recv(&mut buffer) {
                Ok(read) => read,
                Err(error) if is_silence(&error) => break,
                Err(error) => return Err(error.into()),
            };
            if let Some(code) = answer(buffer.get(..read).unwrap_or_default(), number) {
                return match code {
                    RCODE::NoError | RCODE::NameError => Ok(started.elapsed()),
                    other => Err(anyhow!("says {other:?}")),
                };
            }
        }
    }
    Err(anyhow!("no answer within {} s", timeout.as_secs()))
}

fn is_silence(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}

/// The code of an answer to our question.
fn answer(bytes: &[u8], number: u16) -> Option<RCODE> {
    let packet = Packet::parse(bytes).ok()?;
    let ours = packet.id() == number && packet.has_flags(PacketFlag::RESPONSE);
    ours.then(|| packet.rcode())
}

/// Different from one call to the next; the connected socket keeps strangers out.
fn question_number() -> u16 {
    let nanos = jiff::Timestamp::now().subsec_nanosecond().unsigned_abs();
    u16::try_from((nanos ^ std::process::id()) % 65_536).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;
    use std::time::Duration;

    use simple_dns::{Packet, PacketFlag, RCODE};

    use super::{ask, servers};

    #[test]
    fn servers_of_a_file() {
        let text = "# x\nnameserver 192.0.2.53\nsearch example.com\nnameserver fe80::1%eth0\n\
            nameserver 2001:db8::53\nnameserver 192.0.2.54\noptions x\n";
        let found: Vec<String> = servers(text).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["192.0.2.53", "fe80::1", "2001:db8::53"]);
        assert_eq!(servers("").len(), 1);
    }

    /// A server that answers each question with a code, or not at all.
    fn server(code: Option<RCODE>) -> std::net::SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        std::thread::spawn(move || {
            let mut buffer = [0; 512];
            while let Ok((read, from)) = socket.recv_from(&mut buffer) {
                let Some(code) = code else { continue };
                let query = Packet::parse(&buffer[..read]).unwrap();
                assert!(
                    query.questions.iter().any(|asked| asked.qname.to_string() == "example.com")
                );
                let mut reply = Packet::new_reply(query.id());
                reply.set_flags(PacketFlag::RESPONSE);
                *reply.rcode_mut() = code;
                // First what is no answer to this question.
                let strange = Packet::new_reply(query.id().wrapping_add(1));
                socket.send_to(&strange.build_bytes_vec().unwrap(), from).unwrap();
                socket.send_to(&reply.build_bytes_vec().unwrap(), from).unwrap();
            }
        });
        address
    }

    #[test]
    fn an_answer_is_an_answer() {
        let patience = Duration::from_secs(20);
        for code in [RCODE::NoError, RCODE::NameError] {
            assert!(ask(server(Some(code)), "example.com", patience).is_ok());
        }
        let refused = ask(server(Some(RCODE::ServerFailure)), "example.com", patience);
        assert!(refused.unwrap_err().to_string().contains("ServerFailure"));
        let silent = ask(server(None), "example.com", Duration::from_millis(200));
        assert!(silent.unwrap_err().to_string().starts_with("no answer"));
    }
}

//! Lines as JSON objects and journal export records.

use super::{Plain, put};
use crate::clock::{Micros, SECOND};

/// An identifier that is the same in every record of a boot or machine.
const MACHINE: &str = "5d1219c7c4c5404aaa1f6d2a48adfda4";
const BOOT: &str = "b2aa7648336143ce8d42b5f03c390798";

/// systemd-journald counts from the boot; ours was on 2026-10-01.
const BOOTED: Micros = 1_790_812_800 * SECOND;

/// One line of `journalctl -o json`. Text that is not UTF-8 becomes a list of bytes.
pub(super) fn journal(out: &mut Vec<u8>, line: Plain<'_>, count: u64) {
    out.extend_from_slice(b"{\"MESSAGE\":");
    match std::str::from_utf8(line.text) {
        Ok(text) => string(out, text, false),
        Err(_) => bytes(out, line.text),
    }
    put!(out, ",\"__REALTIME_TIMESTAMP\":\"{}\",\"SYSLOG_IDENTIFIER\":", line.at);
    string(out, line.tag, false);
    if let Some(pid) = line.pid {
        // Dovecot's lines have no SYSLOG_PID.
        if line.tag != "dovecot" {
            put!(out, ",\"SYSLOG_PID\":\"{pid}\"");
        }
        put!(out, ",\"_PID\":\"{pid}\"");
    }
    put!(out, ",\"PRIORITY\":\"{}\",\"SYSLOG_FACILITY\":\"{}\"", line.severity(), line.facility());
    put!(out, ",\"_TRANSPORT\":\"syslog\",\"_MACHINE_ID\":\"{MACHINE}\",\"_BOOT_ID\":\"{BOOT}\"");
    let monotonic = line.at - BOOTED;
    put!(out, ",\"__CURSOR\":\"s={MACHINE};i={count:x};b={BOOT};m={monotonic:x};t={:x}\"", line.at);
    put!(out, ",\"__MONOTONIC_TIMESTAMP\":\"{monotonic}\",\"_HOSTNAME\":");
    string(out, line.host, false);
    out.extend_from_slice(b"}\n");
}

/// One record of `journalctl -o export`: a field per line, an empty line at the end.
/// Text that is not plain UTF-8 is preceded by its length.
pub(super) fn export(out: &mut Vec<u8>, line: Plain<'_>, count: u64) {
    let monotonic = line.at - BOOTED;
    put!(out, "__CURSOR=s={MACHINE};i={count:x};b={BOOT};m={monotonic:x};t={:x}\n", line.at);
    put!(out, "__REALTIME_TIMESTAMP={}\n__MONOTONIC_TIMESTAMP={monotonic}\n", line.at);
    put!(out, "_BOOT_ID={BOOT}\n_MACHINE_ID={MACHINE}\n_HOSTNAME={}\n", line.host);
    put!(out, "PRIORITY={}\nSYSLOG_FACILITY={}\n", line.severity(), line.facility());
    put!(out, "_TRANSPORT=syslog\nSYSLOG_IDENTIFIER={}\n", line.tag);
    if let Some(pid) = line.pid {
        if line.tag != "dovecot" {
            put!(out, "SYSLOG_PID={pid}\n");
        }
        put!(out, "_PID={pid}\n");
    }
    let plain = std::str::from_utf8(line.text)
        .is_ok_and(|text| text.chars().all(|char| char == '\t' || !char.is_control()));
    if plain {
        out.extend_from_slice(b"MESSAGE=");
    } else {
        out.extend_from_slice(b"MESSAGE\n");
        out.extend_from_slice(&(line.text.len() as u64).to_le_bytes());
    }
    out.extend_from_slice(line.text);
    out.extend_from_slice(b"\n\n");
}

/// One line of an rsyslog template made of `jsonf` properties, which escapes slashes.
pub(super) fn rsyslog(out: &mut Vec<u8>, line: Plain<'_>, stamp: impl Fn(&mut Vec<u8>)) {
    const SEVERITIES: [&str; 8] =
        ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];
    out.extend_from_slice(b"{\"@timestamp\":\"");
    stamp(out);
    out.extend_from_slice(b"\", \"host\":");
    string(out, line.host, true);
    let severity = SEVERITIES.get(usize::from(line.severity())).copied().unwrap_or("info");
    let facility = match line.facility() {
        0 => "kern",
        9 => "cron",
        _ => "mail",
    };
    put!(out, ", \"severity\":\"{severity}\", \"facility\":\"{facility}\", \"programname\":");
    let name = line.tag.split_once('/').map_or(line.tag, |(name, _)| name);
    string(out, name, true);
    out.extend_from_slice(b", \"syslogtag\":");
    match line.pid {
        Some(pid) => string(out, &format!("{}[{pid}]:", line.tag), true),
        None => string(out, &format!("{}:", line.tag), true),
    }
    match line.pid {
        Some(pid) => {
            put!(out, ", \"procid\":\"{pid}\", \"message\":");
        }
        None => out.extend_from_slice(b", \"procid\":\"-\", \"message\":"),
    }
    string(out, &String::from_utf8_lossy(line.text), true);
    out.extend_from_slice(b"}\n");
}

fn string(out: &mut Vec<u8>, text: &str, slashes: bool) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'/' if slashes => out.extend_from_slice(b"\\/"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0..=31 => {
                put!(out, "\\u{byte:04x}");
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

fn bytes(out: &mut Vec<u8>, text: &[u8]) {
    for (index, byte) in text.iter().enumerate() {
        out.push(if index == 0 { b'[' } else { b',' });
        put!(out, "{byte}");
    }
    out.push(b']');
}

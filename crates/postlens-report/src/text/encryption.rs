//! TLS in both directions.

use postlens_stats::stats::encryption::{TlsUse, TlsVersion, Trust};

use super::page::Page;
use crate::escape::printable;
use crate::number::percent;
use crate::report::Report;

/// Cipher suites that are named without `--detail`.
const CIPHERS: usize = 3;

pub(super) fn both(page: &mut Page<'_>, report: &Report<'_>) {
    let encryption = &report.stats.encryption;
    if encryption.inbound.total + encryption.outbound.total == 0 {
        return;
    }
    page.heading("section-tls");
    let connections = &report.stats.connections;
    let share = percent(connections.tls, connections.total);
    let ciphers = if report.view.detail { report.top } else { CIPHERS };
    side(page, "tls-inbound", &encryption.inbound, ciphers);
    if encryption.inbound.total > 0 && connections.total > 0 {
        let words = page.words_with("tls-share", &[("share", &share)]);
        page.cells(1, "", &words);
    }
    side(page, "tls-outbound", &encryption.outbound, ciphers);
}

fn side(page: &mut Page<'_>, key: &str, tls: &TlsUse, ciphers: usize) {
    if tls.total == 0 {
        return;
    }
    page.row(0, tls.total, &page.words(key));
    let words = |trust: Trust| page.words(&format!("trust-{}", trust.name()));
    let trust = page.counted(tls.trust.iter().map(|(trust, number)| (words(trust), number)));
    page.cells(1, "", &trust);
    for (version, number) in tls.protocols.iter() {
        let old = if version.is_old() { page.words("tls-old") } else { String::new() };
        let name = match version {
            TlsVersion::Other => page.words("tls-other"),
            known => known.name().to_owned(),
        };
        page.row(1, number, format!("{name} {old}").trim_end());
    }
    for (cipher, number) in tls.ciphers.top(ciphers) {
        page.row(2, *number, &printable(cipher));
    }
}

//! Certificates that Postfix shows: when they end, and whether they have begun.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use postlens_syntax::time::DAY;
use x509_cert::Certificate;

use super::super::plugin::State;
use super::{Found, Scene, at_least};
use crate::postfix::list;

/// Parameters that name files with certificates.
const SETTINGS: [&str; 8] = [
    "smtpd_tls_chain_files",
    "smtpd_tls_cert_file",
    "smtpd_tls_eccert_file",
    "smtpd_tls_dcert_file",
    "smtp_tls_chain_files",
    "smtp_tls_cert_file",
    "smtp_tls_eccert_file",
    "lmtp_tls_cert_file",
];
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

pub(super) fn look(scene: &Scene<'_>, found: &mut Found) {
    let mut files: BTreeMap<PathBuf, String> = BTreeMap::new();
    for setting in SETTINGS {
        for (value, at) in scene.postfix.values_of(setting) {
            // smtpd_tls_cert_file knows this word.
            for path in list(&value).into_iter().filter(|path| path != "none") {
                files.entry(PathBuf::from(path)).or_insert_with(|| format!("{setting} ({at})"));
            }
        }
    }
    let mut first_end: Option<i64> = None;
    for (path, setting) in &files {
        match std::fs::read(path) {
            Ok(bytes) => match spans(&bytes) {
                Ok(spans) => {
                    let end = spans.iter().map(|(_, end)| *end).min();
                    first_end = first_end.into_iter().chain(end).min();
                    judge(scene, found, path, setting, &spans);
                }
                Err(error) => found.wrong(
                    State::Critical,
                    format!("{} holds no certificate: {error:#}", path.display()),
                    format!("{setting}; write the certificate, then its chain, as PEM"),
                ),
            },
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                found.unseen(format!("{}: {error}: run as root", path.display()));
            }
            Err(error) => found.wrong(
                State::Critical,
                format!("cannot read the certificate {}: {error}", path.display()),
                setting.clone(),
            ),
        }
    }
    if let Some(end) = first_end {
        let args = scene.args;
        let limits = at_least(days(args.certificate_warning), days(args.certificate_critical));
        found.figure("certificate_days", days(end - scene.now).floor(), "", limits);
    }
}

#[expect(clippy::cast_precision_loss, reason = "no certificate is valid for so long")]
fn days(seconds: i64) -> f64 {
    seconds as f64 / DAY as f64
}

fn judge(scene: &Scene<'_>, found: &mut Found, path: &Path, setting: &str, spans: &[(i64, i64)]) {
    let end = spans.iter().map(|(_, end)| *end).min().unwrap_or_default();
    let begin = spans.iter().map(|(begin, _)| *begin).max().unwrap_or_default();
    let left = end - scene.now;
    let remedy = format!(
        "{setting}; renew it (`openssl x509 -noout -dates -in {}` shows it), then `{} reload`",
        path.display(),
        scene.postfix.command("postfix")
    );
    let (state, text) = if left <= 0 {
        (State::Critical, format!("ended {} days ago", -left / DAY))
    } else if begin > scene.now {
        (State::Critical, "is not valid yet".to_owned())
    } else if left < scene.args.certificate_critical {
        (State::Critical, format!("ends in {} days", left / DAY))
    } else if left < scene.args.certificate_warning {
        (State::Warning, format!("ends in {} days", left / DAY))
    } else {
        return found.fine();
    };
    found.wrong(state, format!("the certificate {} {text}", path.display()), remedy);
}

/// From when until when each certificate of a PEM file is valid, in seconds since 1970. Keys
/// may stand between them.
fn spans(bytes: &[u8]) -> Result<Vec<(i64, i64)>> {
    let text = std::str::from_utf8(bytes).context("it is no text")?;
    let mut spans = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(BEGIN) {
        let block = rest.get(start..).unwrap_or_default();
        let end = block.find(END).context("it is cut off")? + END.len();
        let (pem, after) = block.split_at(end);
        let all = Certificate::load_pem_chain(pem.as_bytes()).context("it is damaged")?;
        spans.extend(all.iter().map(|certificate| {
            let validity = certificate.tbs_certificate().validity();
            let seconds = |time: x509_cert::time::Time| {
                i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
            };
            (seconds(validity.not_before), seconds(validity.not_after))
        }));
        rest = after;
    }
    if spans.is_empty() {
        anyhow::bail!("there is none in it");
    }
    Ok(spans)
}

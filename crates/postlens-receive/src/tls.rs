//! The server's side of TLS (RFC 5425), by rustls.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::error::ReceiveError;
use crate::listen::TlsFiles;

/// Reads certificate and key.
pub(crate) fn config(files: &TlsFiles) -> Result<ServerConfig, ReceiveError> {
    let chain = certificates("a certificate", &files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| unreadable("a key", &files.key, error))?;
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| ReceiveError::Tls {
        path: files.certificate.clone(),
        source,
    };
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.into()))?;
    let builder = match &files.client_ca {
        Some(path) => builder.with_client_cert_verifier(clients(path, provider)?),
        None => builder.with_no_client_auth(),
    };
    builder.with_single_cert(chain, key).map_err(|error| failed(error.into()))
}

/// Accepts senders with a certificate of these authorities.
fn clients(
    path: &Path,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn rustls::server::danger::ClientCertVerifier>, ReceiveError> {
    const WHAT: &str = "certificates of authorities";
    let mut roots = RootCertStore::empty();
    for certificate in certificates(WHAT, path)? {
        roots.add(certificate).map_err(|error| unreadable(WHAT, path, error))?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| unreadable(WHAT, path, error))
}

fn certificates(
    what: &'static str,
    path: &Path,
) -> Result<Vec<CertificateDer<'static>>, ReceiveError> {
    let found: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| unreadable(what, path, error))?;
    if found.is_empty() {
        return Err(unreadable(what, path, "there is none in it"));
    }
    Ok(found)
}

fn unreadable(
    what: &'static str,
    path: &Path,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> ReceiveError {
    ReceiveError::TlsFile { what, path: path.to_owned(), source: source.into() }
}

//! Certificates that openssl(1) makes.

use std::path::Path;
use std::process::{Command, Stdio};

use postlens_receive::TlsFiles;

fn openssl(directory: &Path, arguments: &str) {
    let mut command = Command::new("openssl");
    command.args(arguments.split_ascii_whitespace()).current_dir(directory);
    assert!(command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
}

/// An authority, and a server and a client that it knows.
pub(crate) fn make(directory: &Path) -> TlsFiles {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(
        directory,
        &format!("req -x509 {key} -keyout ca.key -out ca.pem -days 30 -subj /CN=ca.example"),
    );
    for name in ["server", "client"] {
        std::fs::write(directory.join("names"), format!("subjectAltName=DNS:{name}.example.org\n"))
            .unwrap();
        openssl(
            directory,
            &format!("req {key} -keyout {name}.key -out {name}.csr -subj /CN={name}.example.org"),
        );
        openssl(
            directory,
            &format!(
                "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile names -out {name}.pem"
            ),
        );
    }
    TlsFiles {
        certificate: directory.join("server.pem"),
        key: directory.join("server.key"),
        client_ca: Some(directory.join("ca.pem")),
    }
}

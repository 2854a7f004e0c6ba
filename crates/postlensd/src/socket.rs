//! Questions to a running daemon: a socket in the store's directory.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use postlens_client::{ClientError, Daemon, SOCKET};
use tokio::runtime::Handle;

use crate::api::Api;
use crate::http::converse;
use crate::output::message;
use crate::peer::Peer;

/// Answers until the process ends, on the threads of the store.
pub(crate) fn serve(store: &Path, threads: &Handle, api: Api) -> Result<()> {
    let path = store.join(SOCKET);
    let listener = bind(&path).with_context(|| format!("cannot listen on {}", path.display()))?;
    let api = Arc::new(api);
    threads.spawn(async move {
        match tokio::net::UnixListener::from_std(listener) {
            Ok(listener) => accept(&listener, &api).await,
            Err(error) => message(&format!("cannot listen on {}: {error}", path.display())),
        }
    });
    Ok(())
}

fn bind(path: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        // Left by a daemon that was killed: the store's lock is ours.
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    // Everybody can knock; who is answered is decided by who it is.
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Asks the daemon how it is; `None` where there is none.
pub(crate) fn health(store: &Path) -> Result<Option<String>> {
    match Daemon::of_store(store).get("/health") {
        Ok(reply) => Ok(Some(reply.text().context("postlensd broke off its answer")?)),
        Err(ClientError::Absent { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn accept(listener: &tokio::net::UnixListener, api: &Arc<Api>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Too many files are open; some of them will be closed.
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            continue;
        };
        let api = Arc::clone(api);
        tokio::spawn(async move {
            let Ok(peer) = Peer::of(&stream) else { return };
            // Whoever breaks the connection off is not there to be told.
            let _ =
                converse(stream, |request| async move { api.answer(peer, request).await }).await;
        });
    }
}

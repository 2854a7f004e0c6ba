//! Who asks, as the kernel tells, and who may.

use std::io;

use tokio::net::UnixStream;
use uzers::{get_effective_gid, get_effective_uid, get_group_by_name, get_user_by_name};
use uzers::{get_user_by_uid, get_user_groups};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Peer {
    pub(crate) uid: u32,
    gid: u32,
    pub(crate) pid: Option<i32>,
    /// The user's name, where the user has one.
    pub(crate) user: Option<String>,
}

/// The group whose members may ask, where there is one.
const GROUP: &str = "postlens";

impl Peer {
    /// Who is at the other end.
    pub(crate) fn of(stream: &UnixStream) -> io::Result<Self> {
        let peer = stream.peer_cred()?;
        Ok(Self::new(peer.uid(), peer.gid(), peer.pid()))
    }

    /// Whoever runs this program.
    pub(crate) fn own() -> Self {
        let pid = i32::try_from(std::process::id()).ok();
        Self::new(get_effective_uid(), get_effective_gid(), pid)
    }

    fn new(uid: u32, gid: u32, pid: Option<i32>) -> Self {
        let user = get_user_by_uid(uid);
        let user = user.map(|user| user.name().to_string_lossy().into_owned());
        Self { uid, gid, pid, user }
    }

    /// The groups of the process and of its user.
    fn groups(&self) -> Vec<u32> {
        let all = self.user.as_deref().and_then(|user| get_user_groups(user, self.gid));
        let all = all.unwrap_or_default().into_iter().map(|group| group.gid());
        all.chain([self.gid]).collect()
    }
}

/// Who may ask: root, the user that the daemon runs as, and whom the configuration names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Allowed {
    owner: u32,
    users: Vec<String>,
    groups: Vec<u32>,
}

impl Allowed {
    /// Takes the names of users and groups; without groups, that of [`GROUP`] where it is.
    /// Names that this machine does not know come back.
    pub(crate) fn new(users: &[String], groups: Option<&[String]>) -> (Self, Vec<String>) {
        let mut unknown = Vec::new();
        let known = |name: &str| get_group_by_name(name).map(|group| group.gid());
        let gids = match groups {
            None => known(GROUP).into_iter().collect(),
            Some(names) => {
                let ids = names.iter().filter_map(|name| {
                    let id = known(name);
                    if id.is_none() {
                        unknown.push(format!("group {name}"));
                    }
                    id
                });
                ids.collect()
            }
        };
        let exists = |name: &String| get_user_by_name(name).is_some();
        unknown.extend(users.iter().filter(|it| !exists(it)).map(|name| format!("user {name}")));
        (Self { owner: get_effective_uid(), users: users.to_vec(), groups: gids }, unknown)
    }

    /// Whether somebody may ask.
    pub(crate) fn allows(&self, peer: &Peer) -> bool {
        let named = |user: &String| self.users.contains(user);
        peer.uid == 0
            || peer.uid == self.owner
            || peer.user.as_ref().is_some_and(named)
            || peer.groups().iter().any(|gid| self.groups.contains(gid))
    }
}

#[cfg(test)]
mod tests {
    use super::{Allowed, Peer};

    #[test]
    fn root_the_owner_and_whom_the_configuration_names() {
        // Every system has these.
        let (mut allowed, unknown) = Allowed::new(&["bin".into()], Some(&["mail".into()]));
        assert!(unknown.is_empty(), "{unknown:?}");
        allowed.owner = 7;
        let peer = |uid, gid| Peer::new(uid, gid, None);
        let [mail] = allowed.groups[..] else { panic!("{allowed:?}") };
        assert!(allowed.allows(&peer(0, 0)));
        assert!(allowed.allows(&peer(7, 65_534)));
        assert!(allowed.allows(&peer(2, 65_534)), "bin");
        assert!(allowed.allows(&peer(65_534, mail)));
        assert!(!allowed.allows(&peer(65_534, 65_534)));
    }

    #[test]
    fn names_that_nobody_has_are_told() {
        let (_, unknown) = Allowed::new(&["no-such-user".into()], Some(&["no-such-group".into()]));
        assert_eq!(unknown, ["group no-such-group", "user no-such-user"]);
    }
}

//! Passwords: guessed by strangers, or forgotten by a user's own mail program.

use super::{FORGETFUL_USER, GUESSED_USER, GUESSING_CLIENT};
use crate::clock::Micros;
use crate::service::Service;
use crate::simulation::Simulation;
use crate::simulation::session::Goodbye;
use crate::world::{Client, World};

impl Simulation {
    /// Fails to log in, so many times.
    fn fail_login(&mut self, at: Micros, client: Client, user: &str, times: u32, index: usize) {
        let mut session = self.connect((0, Service::Submission), client, at);
        self.greet(&mut session, true, false);
        let when = session.at;
        self.auth_failure(&mut session, user, times);
        self.disconnect(session, Goodbye::Lost("AUTH"));
        self.suffer(index, when, u64::from(times));
    }

    /// One of many clients guesses.
    pub(super) fn guess_as_many(&mut self, at: Micros, index: usize) {
        let client = self.stranger();
        let user = self.world.user(&mut self.random).to_owned();
        self.fail_login(at, client, &user, 1, index);
    }

    /// The one client guesses.
    pub(super) fn guess_as_one(&mut self, at: Micros, index: usize) {
        let client = Client {
            name: "vps200.hosting.example".to_owned(),
            address: GUESSING_CLIENT.to_owned(),
        };
        let number = self.random.below(self.world.users.len() as u64);
        let number = usize::try_from(number).unwrap_or_default();
        let user = self.world.users.get(number).map_or("info", |user| user).to_owned();
        self.fail_login(at, client, &user, 1, index);
    }

    /// One of many clients guesses the one user's password.
    pub(super) fn guess_one_user(&mut self, at: Micros, index: usize) {
        let client = self.stranger();
        self.fail_login(at, client, GUESSED_USER, 1, index);
    }

    /// A mail program asks with the password of yesterday.
    pub(super) fn old_password(&mut self, at: Micros, index: usize) {
        self.fail_login(at, World::device(FORGETFUL_USER), FORGETFUL_USER, 1, index);
    }
}

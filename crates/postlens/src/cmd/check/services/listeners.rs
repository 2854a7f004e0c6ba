//! Services that Postfix connects to: milters, policy services, authentication, filters,
//! mail stores.

use std::collections::BTreeSet;

use super::super::plugin::State;
use super::endpoint::{Connection, Endpoint};
use super::{Found, Scene};
use crate::postfix::{At, list};

/// A service to try: where it listens, which setting says so, and where that stands.
struct Listener<'a> {
    endpoint: Endpoint,
    setting: &'a str,
    at: At,
}

/// Tries each service once.
fn knock(
    scene: &Scene<'_>,
    found: &mut Found,
    what: &str,
    (state, effect): (State, &str),
    listeners: Vec<Listener<'_>>,
) {
    let mut met = BTreeSet::new();
    for Listener { endpoint, setting, at } in listeners {
        if !met.insert(endpoint.clone()) {
            continue;
        }
        match endpoint.connect(scene.timeout()) {
            Connection::Taken => found.fine(),
            Connection::Forbidden(why) => {
                found.unseen(format!("{endpoint}: {why}: run as root, or as the user postfix"));
            }
            Connection::Failed(why) => found.wrong(
                state,
                format!("the {what} {endpoint} takes no connection ({why})"),
                format!("{setting} ({at}); {effect}; start the service, then try again"),
            ),
        }
    }
}

/// Services that listen where parts of some parameters' values say.
fn listed<'a>(scene: &'a Scene<'_>, settings: &[&'a str]) -> Vec<Listener<'a>> {
    let values = settings.iter().flat_map(|setting| {
        scene.postfix.values_of(setting).map(move |(value, at)| (*setting, value, at))
    });
    values
        .flat_map(|(setting, value, at)| {
            let endpoints = list(&value).into_iter();
            let endpoints = endpoints.filter_map(|text| Endpoint::parse(&text, scene.postfix));
            endpoints
                .map(|endpoint| Listener { endpoint, setting, at: at.clone() })
                .collect::<Vec<_>>()
        })
        .collect()
}

pub(super) fn milters(scene: &Scene<'_>, found: &mut Found) {
    let listeners = listed(scene, &["smtpd_milters", "non_smtpd_milters"]);
    let effect = match scene.postfix.value("milter_default_action").as_str() {
        "accept" => (State::Warning, "mail passes unchecked (milter_default_action = accept)"),
        "quarantine" => (State::Critical, "mail goes on hold (milter_default_action = quarantine)"),
        "reject" => (State::Critical, "mail is refused for good (milter_default_action = reject)"),
        _ => (State::Critical, "mail is refused for now (milter_default_action)"),
    };
    knock(scene, found, "milter", effect, listeners);
}

pub(super) fn policy(scene: &Scene<'_>, found: &mut Found) {
    let postfix = scene.postfix;
    let classes = list(&postfix.value("smtpd_restriction_classes"));
    let all: Vec<(String, String, At)> = postfix
        .all()
        .filter(|(name, ..)| name.ends_with("_restrictions") || classes.contains(name))
        .collect();
    let mut listeners = Vec::new();
    for (name, value, at) in &all {
        let words = list(value);
        let asked = words.iter().zip(words.iter().skip(1));
        for (_, address) in asked.filter(|(word, _)| *word == "check_policy_service") {
            if let Some(endpoint) = Endpoint::parse(address, postfix) {
                listeners.push(Listener { endpoint, setting: name.as_str(), at: at.clone() });
            }
        }
    }
    let effect = (State::Critical, "mail is refused for now (smtpd_policy_service_default_action)");
    knock(scene, found, "policy service", effect, listeners);
}

pub(super) fn auth(scene: &Scene<'_>, found: &mut Found) {
    let postfix = scene.postfix;
    let asks = postfix.values_of("smtpd_sasl_auth_enable").any(|(value, _)| value == "yes");
    if !asks || !postfix.values_of("smtpd_sasl_type").any(|(value, _)| value == "dovecot") {
        return;
    }
    // Here a path may stand without `unix:`.
    let listeners = postfix.values_of("smtpd_sasl_path").filter_map(|(value, at)| {
        let is_path = !value.starts_with("inet:") && !value.starts_with("unix:");
        let text = if is_path { format!("unix:{value}") } else { value };
        let endpoint = Endpoint::parse(&text, postfix)?;
        Some(Listener { endpoint, setting: "smtpd_sasl_path", at })
    });
    let effect = (State::Critical, "nobody can log in to send mail");
    knock(scene, found, "authentication server", effect, listeners.collect());
}

pub(super) fn filters(scene: &Scene<'_>, found: &mut Found) {
    let mut listeners = listed(scene, &["smtpd_proxy_filter"]);
    listeners.extend(transports(scene, found, &["content_filter"]));
    let effect = (State::Critical, "mail waits in the queue, or is refused for now");
    knock(scene, found, "filter", effect, listeners);
}

/// Parameters that name the transport of local mail.
const DELIVERY: [&str; 5] = [
    "mailbox_transport",
    "fallback_transport",
    "local_transport",
    "virtual_transport",
    "relay_transport",
];

pub(super) fn delivery(scene: &Scene<'_>, found: &mut Found) {
    let listeners = transports(scene, found, &DELIVERY);
    let effect = (State::Critical, "mail for mailboxes waits in the queue");
    knock(scene, found, "mail store", effect, listeners);
}

/// Services that the values `transport:nexthop` of some parameters lead to. A transport that
/// master.cf does not have is told; what programs do is not known.
fn transports<'a>(
    scene: &'a Scene<'_>,
    found: &mut Found,
    settings: &[&'a str],
) -> Vec<Listener<'a>> {
    let postfix = scene.postfix;
    let mut listeners = Vec::new();
    for setting in settings {
        for (value, at) in postfix.values_of(setting) {
            let (transport, hop) = value.split_once(':').unwrap_or((&value, ""));
            let mut services = postfix.services().iter();
            let Some(service) = services.find(|s| s.kind == "unix" && s.name == transport) else {
                found.wrong(
                    State::Critical,
                    format!("there is no transport {transport}"),
                    format!(
                        "{setting} = {value} ({at}) needs a service {transport} in {}",
                        postfix.config().join("master.cf").display()
                    ),
                );
                continue;
            };
            let is_client = ["smtp", "lmtp"].contains(&service.command.as_str());
            if let Some(endpoint) = Endpoint::parse(hop, postfix).filter(|_| is_client) {
                listeners.push(Listener { endpoint, setting, at });
            }
        }
    }
    listeners
}

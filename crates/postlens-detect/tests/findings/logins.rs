//! Guessed passwords, as versions of Postfix and of what checks passwords tell of them.

use postlens_detect::FindingKind;

use crate::drive::findings;

/// A day of nothing, then 80 clients that guess in 40 minutes, each with the lines that
/// `attempt` gives for its number and time.
fn log(attempt: impl Fn(u32, &str) -> String) -> String {
    let mut log =
        String::from("2026-11-23T00:00:00Z mail postfix/qmgr[1]: 4jWpv44LHMz1SZqm: removed\n");
    for number in 0..80 {
        let (minute, second) = (number / 2, number % 2 * 30);
        log.push_str(&attempt(number, &format!("2026-11-24T10:{minute:02}:{second:02}Z")));
    }
    log
}

/// smtpd before 3.8, which does not name the user.
fn smtpd(number: u32, time: &str) -> String {
    format!(
        "{time} mail postfix/smtpd[9]: warning: unknown[198.51.100.{number}]: SASL LOGIN \
         authentication failed: UGFzc3dvcmQ6\n"
    )
}

fn kinds(log: &str) -> Vec<String> {
    let found = findings(log.as_bytes());
    found.iter().map(|it| format!("{} {}", it.kind.name(), it.subject.text())).collect()
}

#[test]
fn one_user_is_told_from_many_by_what_checks_the_password() {
    let one = log(|number, time| {
        let checked = format!(
            "{time} mail dovecot: auth: passwd-file(office,198.51.100.{number}): Password mismatch\n"
        );
        checked + &smtpd(number, time)
    });
    assert_eq!(kinds(&one), ["brute_force_user office"]);
    let many = log(|number, time| {
        let checked = format!(
            "{time} mail dovecot: auth: passwd-file(user{number},198.51.100.{number}): unknown user\n"
        );
        checked + &smtpd(number, time)
    });
    assert_eq!(kinds(&many), ["brute_force_distributed "]);
    let saslauthd = log(|number, time| {
        let checked = format!(
            "{time} mail saslauthd[5]: do_auth : auth failure: [user=office] [service=smtp] \
             [realm=] [mech=pam] [reason=PAM auth error]\n"
        );
        checked + &smtpd(number, time)
    });
    assert_eq!(kinds(&saslauthd), ["brute_force_user office"]);
}

#[test]
fn without_any_name_nobody_can_tell_one_user_from_many() {
    assert_eq!(kinds(&log(smtpd)), ["brute_force_distributed "]);
}

#[test]
fn what_only_the_checker_tells_is_an_attack_too() {
    let auth = log(|number, time| {
        format!(
            "{time} mail dovecot: auth: sql(office,198.51.100.7,<s{number}>): Password mismatch\n"
        )
    });
    let found = findings(auth.as_bytes());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].kind, FindingKind::BruteForceClient);
    assert_eq!((found[0].amount, found[0].figure("users")), (80, Some(1)));
    assert!(found[0].evidence[0].text.ends_with(b"): Password mismatch"));
}

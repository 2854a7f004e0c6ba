//! Logs made of the words that the original looks for, where they do not belong.

const CLIENT: &str = "mx1.c.example.com[192.0.2.1]";
const TAIL: &str = "from=<a@example.org> to=<b@Example.com> proto=ESMTP helo=<c.example.com>";

fn log(lines: impl IntoIterator<Item = String>) -> Vec<u8> {
    let mut log = Vec::new();
    for (number, line) in lines.into_iter().enumerate() {
        let (hour, minute) = (number / 60 % 24, number % 60);
        let day = 4 + number / 1440;
        log.extend(format!("Nov {day:>2} {hour:02}:{minute:02}:01 mx {line}\n").bytes());
    }
    log
}

/// Replies of refusals.
const REPLIES: [&str; 38] = [
    "554 5.7.1 <b@example.com>: Relay access denied",
    "450 4.1.8 <a@example.org>: Sender address rejected: Domain not found",
    "450 4.1.7 <a@example.org>: Sender address rejected: unverified address: Address lookup failed",
    "550 5.1.1 <b@example.com>: Recipient address rejected: User unknown in local table",
    "550 5.1.1 <b@example.com>: Recipient address rejected: undeliverable address: host x said: no",
    "450 <b@example.com>: User unknown in relay table",
    "450 4.2.0 <b@example.com>: Recipient address rejected: Greylisted, see http://x.example/b",
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using dnsbl.example; https://x",
    "554 5.7.1 Service unavailable; Sender address [a@b] blocked using rhs.example; x",
    "554 5.7.1 Service unavailable; client [192.0.2.1] blocked using ps.example",
    "450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]",
    "554 5.7.1 <mx1.c.example.com[192.0.2.1]>: Client host rejected: Access denied",
    "504 5.5.2 <c>: Helo command rejected: need fully-qualified hostname",
    "503 5.5.0 <DATA>: Data command rejected: Improper use of SMTP command pipelining",
    "503 Improper use of SMTP command pipelining",
    "552 5.3.4 Message size exceeds fixed limit",
    "552 Message size exceeds fixed limit",
    "451 4.3.5 Server configuration error",
    "451 Server configuration problem",
    "550 5.5.1 Protocol error",
    "421 4.7.0 mx.example.com Error: too many errors",
    "550 no",
    "550",
    "no code; no blank",
    "550 5.7.1 <\"a>: b\"@example.com>: Relay access denied",
    "550 <: x>: y",
    "550 5.7.1 <x>: [a] b, c",
    "550 5.7.1 x: [a b] c; d",
    "550 5.7.1 x: [] c; d",
    "550 5.7.1 x: ; , d",
    "550 5.7.1 from d.example.net[192.0.2.7]: blocked blocked",
    "550 reject: RCPT from d.example.net[192.0.2.7]: 550 inner",
    "550 hold: VRFY from d.example.net[192.0.2.7]: 550 inner, to=<c@example.net>",
    "550 5.1.1 from=<x@example.net> to=<y@example.net>",
    "550 5.1.1 to=<unclosed, x",
    "550 5.1.1 User unknown",
    "550 5.1.1 client Client host  blocked",
    "\u{e9}\u{df}: \u{e9}; \u{df}",
];

/// Every reply at every stage, by every action, from all kinds of clients.
pub(crate) fn refusals() -> Vec<u8> {
    let stages = ["RCPT", "MAIL", "DATA", "CONNECT", "VRFY", "EHLO", "END-OF-MESSAGE"];
    let actions = ["reject", "reject_warning", "hold", "discard", "milter-reject", "filter"];
    let clients = [
        CLIENT,
        "unknown[192.0.2.7]",
        "unknown[2001:db8::1]",
        "a.b.co.uk[2001:db8::1]:4711",
        "Mail.Example.DE/192.0.2.3",
        "x",
    ];
    let mut lines = Vec::new();
    for (number, reply) in REPLIES.iter().enumerate() {
        for (other, stage) in stages.iter().enumerate() {
            let number = number + other;
            let action = actions[number % actions.len()];
            let client = clients[number * 7 % clients.len()];
            let id = ["NOQUEUE", "4F1A2B3C0D", "reject"][number % 3];
            let daemon = ["smtpd", "postscreen", "cleanup", "submission/smtpd"][number * 5 % 4];
            let tail = ["; ", ", ", ": ", " "][number % 4];
            lines.push(format!(
                "postfix/{daemon}[1]: {id}: {action}: {stage} from {client}: {reply}{tail}{TAIL}"
            ));
        }
        lines.push(format!("postfix/smtpd[1]: reject: RCPT from {CLIENT}: {reply}; {TAIL}"));
        lines.push(format!("postfix/smtpd[1]: hold: {reply}"));
        lines.push(format!(
            "postfix/cleanup[1]: 4F1A: warning: header X: {reply} from {CLIENT}; {TAIL}: x"
        ));
        lines.push(format!(
            "postfix/cleanup[1]: 4F1A: milter-hold: body {reply} from local; {TAIL}"
        ));
        lines.push(format!("postfix/cleanup[1]: 4F1A: discard: body {reply}; from=<"));
        lines.push(format!("postfix/master[1]: {reply}"));
        lines.push(format!("postfix/smtpd[1]: warning: {reply} warning: {reply}"));
        lines.push(format!("postfix/qmgr[1]: fatal: {reply}"));
        lines.push(format!("postfix/smtp[1]: panic: {reply} {reply} {reply}"));
    }
    log(lines)
}

/// Deliveries with all kinds of replies and fields.
pub(crate) fn attempts() -> Vec<u8> {
    let fields = [
        "delay=1.5, delays=1/0.5/0/0, dsn=2.0.0, ",
        "delay=7200, ",
        "conn_use=2, delay=0.01, delays=0/0/0/0.01, dsn=4.0.0, ",
        "delay=100, delays=1/1/1/1, tls=none, dsn=2.0.0, ",
        "delay=x, dsn=5.0.0, ",
        "delays=1/1/1/1, delay=2, ",
    ];
    let replies = [
        "250 ok",
        "forwarded as 4F1A2B3C0D",
        "250 ok: forwarded as x)",
        "host mx.example.org[192.0.2.9] said: 450 4.2.0 <a@example.org>: Recipient address rejected: Greylisted (in reply to RCPT TO command)",
        "connect to mx.example.org[192.0.2.9]:25: Connection refused",
        "lost connection with mx.example.org[192.0.2.9] while receiving the initial server greeting",
        "Host or domain name not found. Name service error for name=mx.example.org type=MX: Host not found, try again",
        "",
        ") (",
        "from=<x@example.org>, size=77, nrcpt=1",
        "550 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "a said: b said: c: d::: e: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ];
    let mut lines = Vec::new();
    for (number, reply) in replies.iter().enumerate() {
        for (other, field) in fields.iter().enumerate() {
            let id = format!("4F{:02X}B3C0D", (number * 5 + other) % 40);
            if other % 2 == 0 {
                lines.push(format!("postfix/smtpd[1]: {id}: client={CLIENT}, sasl_method=x"));
            } else {
                lines.push(format!("postfix/pickup[1]: {id}: uid=0 from=<root>"));
            }
            let size = [0, 300, 600_000, 540_000_000][(number + other) % 4];
            lines.push(format!(
                "postfix/qmgr[3]: {id}: from=<A.B@Example.ORG>, size={size}, nrcpt=1 (queue active)"
            ));
            for status in ["sent", "deferred", "bounced", "expired", "SOFTBOUNCE"] {
                let to = ["a@Example.ORG", "b", "@c", "d@", "e@f@g"][(number + status.len()) % 5];
                let orig = ["", "orig_to=<root>, ", "orig_to=<x>y>, "][other % 3];
                let relay = ["mx.example.org[192.0.2.9]:25", "local", "none", "MX[private/lmtp]"];
                let relay = relay[(number + other) % 4];
                lines.push(format!("postfix/smtp[7]: {id}: to=<{to}>, {orig}relay={relay}, {field}status={status} ({reply})"));
            }
        }
        lines.push(format!(
            "postfix/smtp[7]: connect to mx.example.org[192.0.2.9]: {reply} (port 25)"
        ));
        lines.push(format!(
            "postfix/smtp[7]: connect to mx.example.org: {reply}; address 192.0.2.9 port 25"
        ));
        lines.push(format!("postfix/smtp[7]: 4F1A: {reply} connect to mx[192.0.2.9]:25: {reply}"));
    }
    log(lines)
}

/// Senders and recipients of mailing lists, UUCP and none; clients of all kinds.
pub(crate) fn addresses() -> Vec<u8> {
    let addresses = [
        "",
        "0",
        "root",
        "List-Return-36-some=example.org@Lists.Example.com",
        "bounces+12-34-x@example.com",
        "bounce-1_2-3.4x5-6@example.com",
        "noreply-77*88@example.com",
        "sentto-123-456-789-user=example.org@returns.example.com",
        "news-7-a=b.example@example.com",
        "x*y=z@example.com",
        "a-1=b-2=c@example.com",
        "1-2@3-4",
        "a!b!c@d",
        "a!b@c",
        "!b@c",
        "a!!b@c",
        "a!b@c.d",
        "\"a@b\"@Example.NET",
        "@Example.NET",
        "x@",
        "1.2.3.4",
        "b.c@192.0.2.1",
        "n@999.1.1.1",
        "a b@example.com",
        "no_reply_1@example.com",
        "\u{fc}ser@B\u{dc}CHER.example",
    ];
    let clients = [
        CLIENT.to_owned(),
        "unknown[2001:db8::2]".to_owned(),
        "Mail.Example.DE[192.0.2.2]".to_owned(),
        "a.B.Co.UK[192.0.2.3]".to_owned(),
        "0[192.0.2.2]".to_owned(),
        "x..com[192.0.2.2]".to_owned(),
        "localhost(192.0.2.4)".to_owned(),
        "a.b.c.com/192.0.2.5".to_owned(),
        ",".to_owned(),
    ];
    let mut lines = Vec::new();
    for (number, address) in addresses.iter().enumerate() {
        for (other, client) in clients.iter().enumerate() {
            let id = format!("4F{number:02X}B3C{other}D");
            let pid = number * 10 + other;
            lines.push(format!("postfix/smtpd[{pid}]: connect from {client}"));
            lines.push(format!("postfix/smtpd[{pid}]: {id}: client={client}, x=y"));
            lines.push(format!(
                "postfix/qmgr[2]: {id}: from=<{address}>, size={}, nrcpt=1",
                pid * 999
            ));
            lines.push(format!(
                "postfix/smtp[3]: {id}: to=<{address}>, relay=x, delay=1, status=sent (250 ok)"
            ));
            lines.push(format!("postfix/smtpd[4]: NOQUEUE: reject: RCPT from {client}: 450 <x>: Sender address rejected: no; from=<{address}> to=<{address}> proto=SMTP"));
            lines.push(format!("postfix/smtpd[4]: NOQUEUE: reject: RCPT from {client}: 450 <x>: Recipient address rejected: no; from=<{address}> to=<{address}> proto=SMTP"));
            let counters = ["", " ehlo=1 quit=1 commands=2", " ehlo=1 rcpt=0/1 commands=1/2"];
            lines.push(format!(
                "postfix/smtpd[{pid}]: disconnect from {client}{}",
                counters[other % 3]
            ));
        }
        lines.push(format!("postfix/pickup[1]: 5F{number:02X}: uid=0 from=<{address}>"));
        lines.push(format!("postfix/qmgr[2]: 5F{number:02X}: from=<{address}>, size=5, nrcpt=1"));
    }
    log(lines)
}

/// Headers of all kinds, this year's and last year's, around today and yesterday.
pub(crate) fn headers() -> Vec<u8> {
    let stamps = [
        "Nov 24 09:00:00",
        "Nov 24 10:00:00",
        "Nov 23 23:59:59",
        "Nov 23 00:00:00",
        "Nov  4 06:25:01",
        "Nov 04 06:25:01",
        "Nov 4 06:25:01",
        "Dec 31 23:59:59",
        "Jan  1 00:00:00",
        "Foo 12 00:00:00",
        "2026-11-24T10:00:00Z",
        "2024-11-24T10:00:00.123456+09:00",
        "2025-12-24T10:00:00.1-01:30",
        "2026-11-23T10:00:00+0100",
        "2026-11-23T10:00:00,5Z",
        "2026-11-05T10:00:00.Z",
        "<22>Nov 24 10:00:00",
        "Nov 24 10:00",
    ];
    let lines = [
        "postfix/smtpd[1]: connect from c.example.com[192.0.2.1]",
        "postfix/smtpd[1]: 4F1A2B3C0D: client=c.example.com[192.0.2.1]",
        "postfix/smtpd[1]: [ID 197553 mail.info] 4F1B2B3C0D: client=c.example.com[192.0.2.1]",
        "postfix/qmgr[2]: 4F1A2B3C0D: from=<a@example.com>, size=5, nrcpt=1 (queue active)",
        "postfix/local[3]: 4F1A2B3C0D: to=<b@example.com>, relay=local, delay=70, status=sent (x)",
        "postfix/smtpd[1]: NOQUEUE: reject: RCPT from x[192.0.2.1]: 554 <x>: Relay access denied; x",
        "postfix/smtpd[1]: disconnect from c.example.com[192.0.2.1]",
        "postfix-in/smtpd[1]: 5F1A2B3C0D: client=d.example.com[192.0.2.1]",
        "postfix/master[1]: daemon started -- version 3.7.11, configuration /etc/postfix",
        "postfix/postfix-script[1]: starting the Postfix mail system",
        "postfix-script[1]: warning: not owned by root: x",
        "postfix: fatal: no",
    ];
    let mut log = Vec::new();
    for stamp in stamps {
        for line in lines {
            log.extend(format!("{stamp} mx {line}\n").bytes());
        }
        log.extend(format!("{stamp}\n{stamp} mx\n").bytes());
    }
    log.extend(b"Nov 24 10:20:00 mx postfix/pickup[9]: 6F1A: uid=0 from=<root>\xff\r");
    log
}

/// Lines of random words out of all of the above.
pub(crate) fn mixed(seed: u64) -> Vec<u8> {
    let words: Vec<String> = [
        "postfix/smtpd[1]: ",
        "postfix/cleanup[2]: ",
        "postfix/smtp[3]: ",
        "postfix/qmgr[4]: ",
        "postfix/submission/smtpd[5]: ",
        "postfix/postscreen[6]: ",
        "postfix/master[7]: ",
        "4F1A: ",
        "NOQUEUE: ",
        "4F1B: ",
        ": ",
        "; ",
        ", ",
        " ",
        "<",
        ">",
        "[",
        "]",
        "(",
        ")",
        "from=<",
        "to=<",
        ">, size=5",
        ">, relay=x, delay=1, status=sent ",
        "status=deferred (",
        ", status=bounced (",
        "reject: ",
        "milter-reject: ",
        "warning: ",
        "hold: ",
        "discard: ",
        "reject_warning: ",
        "RCPT from ",
        "MAIL from ",
        "header ",
        "body ",
        "END-OF-MESSAGE ",
        "client=",
        "connect from ",
        "disconnect from ",
        " connect to ",
        "x[192.0.2.1]: ",
        "a.b.example.com[192.0.2.2]",
        "550 ",
        "5.7.1 ",
        "<x@example.com>: ",
        "User unknown ",
        "Sender address rejected: ",
        "Recipient address rejected: ",
        " blocked using ",
        "Client host ",
        "Message size exceeds fixed limit;",
        "fatal: ",
        "said: ",
        "uid=0",
        "orig_to=<",
        "forwarded as ",
        "message repeated 2 times: [ ",
        "\t",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut state = seed;
    let mut random = |below: usize| {
        // Knuth's linear congruential generator: the same lines everywhere.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut lines = Vec::new();
    for _ in 0..1200 {
        let mut line = words[random(7)].clone();
        for _ in 0..3 + random(14) {
            line.push_str(&words[7 + random(words.len() - 7)]);
        }
        lines.push(line);
    }
    log(lines)
}

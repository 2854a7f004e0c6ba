"""The plan: how often what happens in an hour, and the incidents of the five days (the first is a Thursday)."""
from functools import partial

import hostile
import ordinary
import server

MINUTE, HOUR, DAY = 60, 3600, 86400
#        0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
OFFICE = [1, 0, 0, 0, 0, 1, 2, 5, 9, 12, 11, 10, 7, 8, 11, 10, 9, 7, 4, 3, 3, 2, 2, 1]
HOME = [1, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 5, 4, 4, 4, 4, 4, 5, 5, 6, 6, 5, 3, 2]
EVEN = [1] * 24

# action, times a working day, times a day of the weekend, over the hours
ORDINARY = [
    (ordinary.inbound, 65, 25, OFFICE), (ordinary.submit, 36, 8, OFFICE), (ordinary.web_shop, 14, 18, HOME), (ordinary.read_mail, 40, 20, OFFICE),
    (ordinary.list_post, 3, 0, OFFICE), (ordinary.fill_mailbox, 2, 1, HOME), (ordinary.ticket, 3, 1, OFFICE), (ordinary.typo, 4, 2, HOME),
    (ordinary.mistyped_password, 1, 0, OFFICE), (ordinary.big_attachment, 1, 0, OFFICE), (ordinary.too_big, 1, 0, OFFICE),
    (hostile.bot, 32, 32, EVEN), (hostile.dictionary, 3, 3, EVEN), (hostile.relay_test, 1, 1, EVEN), (hostile.web_scanner, 2, 2, EVEN), (hostile.port_scan, 1, 1, EVEN),
    (hostile.banned_client, 3, 2, EVEN), (hostile.bulk_offer, 2, 1, EVEN), (hostile.spam, 6, 4, EVEN), (hostile.trojan, 2, 1, OFFICE), (hostile.forged_bank, 2, 2, EVEN),
    (hostile.forged_from, 1, 1, EVEN), (hostile.guess_password, 4, 5, EVEN), (hostile.guess_imap, 2, 2, EVEN),
]


def at(day, hour, minute=0):
    return day * DAY + hour * HOUR + minute * MINUTE


def plan(random, servers, days):
    """(seconds from the first midnight, action) for everything foreseen."""
    events = []
    for day in range(days):
        weekend = day % 7 in (2, 3)
        for action, working, resting, hours in ORDINARY:
            for hour in random.choices(range(24), hours, k=resting if weekend else working):
                events.append((at(day, hour) + random.random() * HOUR, action))
        for hour in (3, 6):
            events.append((at(day, hour, 25) + random.random() * 5, ordinary.cron_mail))
        events.append((at(day, 7, 30), server.flush))
    return sorted(events + [e for e in incidents(random, servers) if e[0] < days * DAY], key=lambda e: e[0])


def incidents(random, servers):
    supplier, carol = "203.0.113.51", "carol@example.com"
    events = [
        # Thursday: the newsletter; a mail held by a check and released
        (at(0, 10, 2), ordinary.newsletter), (at(0, 14, 10), hostile.held), (at(0, 14, 40), server.release_held),
        # Friday: password guessing at night; the supplier's server is down until Saturday
        (at(1, 9, 30), lambda w: servers.stop(supplier)), (at(2, 13, 0), lambda w: servers.start(supplier)),
        # Saturday: carol's account is misused, the administrator stops it
        (at(2, 11, 25), lambda w: server.lock_account(w, carol)), (at(2, 11, 26), lambda w: server.hold_sender(w, carol)),
        (at(2, 11, 40), lambda w: server.delete_held(w, carol)), (at(2, 12, 30), lambda w: server.unlock_account(w, carol)),
        # Sunday: the resolver is away for a quarter of an hour; a renamed table breaks every delivery for a while
        (at(3, 3, 30), server.stop_dns), (at(3, 3, 45), server.start_dns), (at(3, 17, 5), server.lose_table), (at(3, 17, 25), server.restore_table),
        # Monday: an update restarts Postfix; Dovecot and the content filter are each away for some minutes
        (at(4, 3, 10), server.restart_postfix), (at(4, 9, 50), server.stop_dovecot), (at(4, 10, 5), server.start_dovecot),
        (at(4, 14, 20), server.stop_amavis), (at(4, 14, 32), server.start_amavis), (at(1, 15, 0), server.requeue), (at(4, 16, 0), server.reload),
    ]
    events += [(at(1, 2, 5) + i * 130 + random.random() * 60, hostile.guess_password) for i in range(45)]
    events += [(at(2, 10, 20) + i * 75 + random.random() * 30, hostile.stolen_account) for i in range(48)]
    # while something is broken, mail keeps coming
    for start in (at(3, 3, 31), at(3, 17, 6), at(4, 9, 51), at(4, 14, 21)):
        events += [(start + i * 100, random.choice([ordinary.inbound, ordinary.submit])) for i in range(7)]
    return [(t, partial(action)) for t, action in events]

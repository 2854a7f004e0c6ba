# Words of reports. Keys are the same in every language; a test compares them.
title = Postfix report: { $hosts }
no-host = no host
period = { $from } to { $to }
asked-period = asked for: { $from } to { $to }
open-end = open
read = { $lines } lines from { $files ->
    [one] one file
   *[other] { $files } files
} ({ $bytes })
nothing = No mail lines were found.
problems-input = Could not be read
problem-hint = hint: { $hint }
copies = { $count } lines of { $log } stand in another log too and count once
outside = { $count } lines lie outside the period
filter = only { $filters }: { $count } lines do not name it and are left out
filter-domain = domain { $values }
filter-sender = sender { $values }
filter-recipient = recipient { $values }
filter-client = client { $values }
filter-instance = instance { $values }
separator-or = {" or "}
verdict-no-match = Nothing in the log fits what was asked for
learned = what is usual was learned from { $count } lines of { $lasted } before the period
learned-nothing = the log has nothing before the period that tells what is usual
evicted = { $count } messages were let go before their end was seen: raise the memory limit
reused = { $count } queue IDs were used again before their last message's end was seen
verdict-quiet = No problem found: { $mails } mails and { $lines } lines of { $lasted } looked at
verdict-quiet-short = No problem found: { $mails } mails and { $lines } lines of { $lasted } looked at, too few to know what is usual
verdict-no-mail = No mail in { $lines } lines of { $lasted }: is this the right log, and does Postfix run?
verdict-quiet-incomplete = No problem found in what could be read: { $mails } mails, { $lines } lines of { $lasted }
verdict-when = When:
verdict-cause = Cause:
verdict-actor = Who must act:
verdict-remedy = What to do:
verdict-look = Look first:
verdict-evidence = Evidence:
verdict-grave = { $count } { $gravity }
verdict-more = { $all } problems in all ({ $kinds }); { $open ->
    [0] none still goes on
    [one] one still goes on
   *[other] { $open } still go on
} at the log's end.
verdict-unread = Not all could be read, so that figures may be too low: { $problem }{ $count ->
    [one] .
   *[other] , and more (see below).
}
problem-headline = { $gravity }: { $what }
problem-since = since { $onset }, still going on at the log's end
problem-at = { $onset }
problem-span = { $onset } to { $last } ({ $lasted })
problem-cause = { $cause }. { $definition }
problem-because = { $cause }
problem-actor = to act: { $actor }
problem-follows = follows from problem { $number }
reason-basis = cause told by: { $basis }
reason-cause = { $cause } (to act: { $actor })
counted-domains = { $domains ->
    [one] one domain
   *[other] { $domains } domains
}
counted-senders = { $senders ->
    [one] one sender
   *[other] { $senders } senders
}
counted-addresses = { $addresses ->
    [one] one new address
   *[other] { $addresses } new addresses
}
separator-parts = {"; "}
separator-list = {", "}
duration-seconds = { $value } s
duration-minutes = { $value } min
duration-hours = { $value } hours
duration-days = { $value } days
section-mail = Mail
section-problems = Further problems
section-days = Per day
section-hours = Per hour of the day
section-destinations = Destinations
section-deferrals = Why mail was deferred
section-bounces = Why mail bounced
section-expired = Why mail was given up in the end
expired-unseen = reason not in the log
section-refusals = Why mail was refused
section-refused-clients = Refused clients
section-authentication = Authentication
section-failed-clients = Failed logins by client
section-failed-users = Failed logins by user
section-logins = Logins by user
section-senders = Senders
section-recipients = Recipients
section-warnings = Warnings and errors
section-unrecognized = Lines that nobody understands
section-delays = How long deliveries took
section-connections = Connections
section-lines = Lines
mails = mails received
origin-smtp = by SMTP
origin-submission = by SMTP with login
origin-local = on this host
origin-unknown = beginning not in the log
linked = more messages of the same mails
link-next_hop = further hops of ours (filters, instances, hosts)
link-forward = forwarded copies
link-notification = bounces and other notifications
link-requeue = requeued by the admin
probes = address probes
bytes-received = bytes received
recipients = recipients, by outcome
notifications = recipients of notifications, by outcome
outcome-delivered = delivered here
outcome-relayed = relayed on
outcome-deferred = deferred, still tried
outcome-bounced = bounced
outcome-expired = expired
outcome-rejected = rejected after queueing
outcome-held = on hold
outcome-discarded = discarded
outcome-quarantined = quarantined
outcome-canceled = broken off by the client
outcome-deleted = deleted by the admin
outcome-in_queue = in the queue, not tried yet
outcome-lost = end not in the log
outcome-handed_over = handed over to a message above
refused = refused before the queue
refused-permanent = for good
refused-temporary = for now
refused-greylisted = greylisted
other-actions = other decisions: { $actions }
column-received = received
column-delivered = delivered
column-deferred = deferred
column-bounced = bounced
column-refused = refused
column-sent = sent
column-bytes = bytes
column-median = median
column-p95 = 95 %
column-max = longest
column-count = count
more = … and { $count } more
approximate = the list is approximate: { $count } rare entries were let go
auth-failures = failed logins
auth-logins = SMTP sessions with login
auth-users-tried = tried: { $users }
severity-warning = warnings
severity-error = errors
severity-fatal = fatal errors
severity-panic = panics
connections-total = connections
connections-tls = with TLS
end-closed = ended in order
end-lost_connection = hung up without QUIT
end-timeout = timed out
end-too_many_errors = made too many errors
end-screened = refused by postscreen
end-lost = end not in the log
delay-total = in all
delay-before_qmgr = before the queue manager
delay-deferred = deferred
delay-in_qmgr = in the active queue
delay-connection = connecting
delay-transmission = transmitting
lines-foreign = of other programs
lines-debug = debug output
lines-unrecognized = not understood
lines-understood = understood

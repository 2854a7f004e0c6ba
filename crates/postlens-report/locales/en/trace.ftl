# Journeys.
trace-title = Journeys of mail
trace-recipient = recipient
trace-outcome = outcome
trace-details = details
trace-lines = original lines
trace-from = from
trace-message = queue ID
trace-helo = HELO { $value }
trace-tls = { $value }
trace-login = logged in as { $value }
trace-local-user = this host, user ID { $uid }
trace-fate = accepted → { $outcome }
trace-fate-sent = accepted → { $outcome } at { $time } to { $relay }
trace-fate-failed = accepted → { $outcome }; tried at { $time } ({ $relay })
trace-fate-failed-often = accepted → { $outcome }; { $count } attempts since { $since }, the last at { $time } ({ $relay })
trace-unseen = { $count ->
    [one] one recipient that no line names: { $outcome }
   *[other] { $count } recipients that no line names: { $outcome }
}
trace-orig = first addressed to { $address }
trace-why = why: { $cause }; who must act: { $actor }
trace-stages = took { $total }: { $before } before the queue, { $queue } in it, { $connection } connecting, { $transmission } transmitting
trace-stages-deferred = took { $total }: { $before } before the queue, { $deferred } deferred, { $queue } in the active queue, { $connection } connecting, { $transmission } transmitting
trace-begins-before = The beginning of this journey is not in the log: it was there before the log begins.
trace-open = The end of this journey is not in the log: it goes on after the log ends.
trace-was-refused = refused at { $stage } ({ $name })
trace-was-decided = { $action } at { $stage } ({ $name })
trace-refused-short = refused
trace-refused = { $action } at { $stage }: { $text }
trace-connected = connection from { $client }
trace-arrived = accepted as { $id }{ $size }
trace-arrived-local = handed in on this host by user ID { $value } as { $id }{ $size }
trace-first-seen = first seen as { $id }{ $size }
trace-arrived-next-hop = { $value } went on as { $id }{ $size }
trace-arrived-forward = { $value } forwarded as { $id }{ $size }
trace-arrived-notification = notice about { $value } written as { $id }{ $size }
trace-arrived-requeue = { $value } requeued as { $id }{ $size }
trace-attempt = { $to } { $status } by { $daemon } to { $relay } after { $delay }: { $reply }
trace-attempts-more = { $count ->
    [one] one more attempt for { $to }
   *[other] { $count } more attempts for { $to }
}
trace-note-content-check = content check ({ $program }): { $text }
trace-note-decision = decision ({ $program }): { $text }
trace-note-filter = filter ({ $program }): { $text }
trace-note-authentication = sender check ({ $program }): { $text }
trace-note-greylisting = greylisting ({ $program }): { $text }
trace-note-mailbox = mailbox ({ $program }): { $text }
trace-note-notification = notice ({ $program }): { $text }
trace-note-admin = queue ({ $program }): { $text }
trace-note-trouble = trouble ({ $program }): { $text }
trace-note-other = { $program }: { $text }

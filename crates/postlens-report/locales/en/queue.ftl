# The queue.
queue-sums = { $messages } messages wait for { $recipients } recipients, { $size }, the oldest for { $oldest }. Read from { $origin }.
queue-aside = { $count } files in corrupt or saved: look at them with postcat.
queue-unfinished = { $count } files were still being written by Postfix.
queue-incomplete = Part of the queue could not be read: the figures are too small.
queue-attempts-unknown = When messages are tried next is not known: only root can read it from the queue files.
queue-more = … and { $count } more (--limit 0 shows all)
queue-not-tried = not tried yet

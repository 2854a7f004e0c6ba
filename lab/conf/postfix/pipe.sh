#!/bin/sh
# Delivery command of the labpipe transport: pipe.sh SENDER RECIPIENT < message.
# The recipient's local part chooses how it ends; what it accepts it notes in pipe.jsonl.
id=$(sed -n 's/^Message-I[Dd]: *//p' | head -1)
case "$2" in
 tempfail*) echo "temporary failure in helper"; exit 75;;
 nouser*) echo "no such user here"; exit 67;;
 unavail*) exit 69;;
 killed*) kill -9 $$;;
 slow*) sleep 10;;
 crash*) echo "Traceback: boom" >&2; exit 1;;
esac
printf '{"mailbox":"pipe","message_id":"%s","delivered_to":"%s"}\n' "$id" "$2" >> /home/vmail/pipe.jsonl
exit 0

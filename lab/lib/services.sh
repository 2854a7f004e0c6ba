# Everything that runs inside one variant.  Sourced by lab.sh.
lab_users() {
  local u n i
  printf '127.0.0.1 localhost\n::1 localhost\n192.0.2.10 hub.lab.test mailhost\n' > /etc/hosts
  printf 'nameserver 127.0.0.1\noptions timeout:2 attempts:1\n' > /etc/resolv.conf
  sed -i 's/^passwd:.*/passwd: files/; s/^group:.*/group: files/; s/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf
  echo hub.lab.test > /etc/mailname
  for u in alice:5001 bob:5002 carl:5003 dave:5004 mfull:5005 erin:5006 vmail:5000; do
    n=${u%:*}; i=${u#*:}
    echo "$n:x:$i:$i::/home/$n:/bin/sh" >> /etc/passwd; echo "$n:x:$i:" >> /etc/group
    mkdir -p /home/$n; chown $i:$i /home/$n
  done
  chgrp mail /var/mail; chmod 2775 /var/mail; mkdir -p /home/vmail/vbox; chown -R 5000:5000 /home/vmail
  echo "dave@lab.test" > /home/dave/.forward; chown 5004 /home/dave/.forward             # a forwarding loop
  echo "carl.away@ok.test, \\carl" > /home/carl/.forward; chown 5003 /home/carl/.forward
  truncate -s 51199000 /var/mail/mfull; chown mfull:mail /var/mail/mfull                  # the next message hits mailbox_size_limit
  mkdir -p /var/mail/erin                                                                 # a mailbox that is a directory
}
# journald, then rsyslog.  LAB_SYSLOG=imuxsock is Debian's way: journald forwards to a datagram socket and loses lines in bursts.
start_journal_and_rsyslog() {
  local i
  printf '[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\nRateLimitBurst=0\nForwardToSyslog=yes\nRuntimeMaxUse=200M\n' > /etc/systemd/journald.conf
  setsid /lib/systemd/systemd-journald > /run/journald.out 2>&1 &
  {
    echo 'global(workDirectory="/run" maxMessageSize="16k")'
    if [ "${LAB_SYSLOG:-}" = imuxsock ]; then
      echo 'module(load="imuxsock" SysSock.Use="off")'
      echo 'input(type="imuxsock" Socket="/run/systemd/journal/syslog" RateLimit.Interval="0")'
    else
      echo 'module(load="imjournal" StateFile="imjournal.state" Ratelimit.Interval="0" IgnorePreviousMessages="off")'
    fi
    cat "$LAB/conf/shared/rsyslog.conf"
  } > /etc/labrsyslog.conf
  for i in $(seq 30); do [ -S /run/systemd/journal/dev-log ] && break; sleep 0.1; done
  setsid rsyslogd -n -f /etc/labrsyslog.conf -i /run/rsyslogd.pid > /run/rsyslog.out 2>&1 &
  [ "${LAB_SYSLOG:-}" = imuxsock ] && for i in $(seq 30); do [ -S /run/systemd/journal/syslog ] && break; sleep 0.1; done
  return 0
}
background() { # NAME ARGS..: a Python program of world/
  local n=$1; shift
  setsid /usr/bin/python3 -W ignore "$LAB/world/$n.py" "$@" > /run/$n.out 2>&1 &
}
answers() { ss -Hltn "src $1:$2" | grep -q .; }
start_services() {
  local v=$1 i
  lab_users; lab_dns; lab_certs > /run/certs.out 2>&1; lab_postfix $v; lab_dovecot $v
  [ $v = syslog ] && start_journal_and_rsyslog
  start_dns bl.lab.test:ip4set:bl.zone wl.lab.test:ip4set:wl.zone dbl.lab.test:dnset:dbl.zone || return 1
  background policy; background labmilter; background filter
  background sinks /etc/labtls "$LAB_RUN/$v/truth/truth-sinks.jsonl"
  mkdir -p /run/dovecot
  start_postfix
  dovecot -c /etc/labdove/dovecot.conf || return 1
  for i in $(seq 100); do
    [ "$(cat /run/sinks.out 2>/dev/null)" = "sinks ready" ] && answers 192.0.2.10 25 && answers 192.0.2.26 25 &&
      answers 192.0.2.40 25 && answers 192.0.2.50 25 && answers 127.0.0.1 8891 && answers 192.0.2.10 143 && return 0
    sleep 0.2
  done
  echo "not all services answer"; return 1
}
stop_services() {
  stop_postfix
  doveadm -c /etc/labdove/dovecot.conf stop; sleep 0.5
}

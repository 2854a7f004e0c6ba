# The server of examples.sh: one Postfix with its usual neighbours, all reading one movable clock.  Sourced by examples.sh.
EXAMPLE_PACKAGES="opendkim opendkim-tools opendmarc postgrey postfix-policyd-spf-python amavisd-new spamassassin"
FAKETIME_LIB=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1
CLOCK=/run/clock/offset

# Runs a command whose idea of the time is the file $CLOCK (seconds from now), read at every look.
# File times are faked too, and monotonic clocks are not: timers inside a session stay real.
on_the_clock() {
  env LD_PRELOAD=$FAKETIME_LIB FAKETIME_TIMESTAMP_FILE=$CLOCK FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 FAKE_UTIME=1 "$@"
}
example_namespace_init() {
  local dir=$LAB_RUN/$1 a
  hostname mail
  ip link set lo up
  for a in 192.0.2.10/24 198.51.100.1/24 203.0.113.1/24; do ip addr add $a dev lo; done
  for a in 2001:db8::10 2001:db8:b::11; do ip -6 addr add $a/128 dev lo nodad; done
  echo 1000 > /proc/sys/net/unix/max_dgram_qlen
  private_files "$dir"
  reap_forever "$dir"
}
example_users() {
  local u n i
  printf '127.0.0.1 localhost\n::1 localhost\n192.0.2.10 mail.example.com mail\n' > /etc/hosts
  printf 'nameserver 127.0.0.1\noptions timeout:2 attempts:1\n' > /etc/resolv.conf
  sed -i 's/^passwd:.*/passwd: files/; s/^group:.*/group: files/; s/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf
  echo mail.example.com > /etc/mailname
  for u in alice:1001 bob:1002 carol:1003 dave:1004 vmail:5000; do
    n=${u%:*}; i=${u#*:}
    echo "$n:x:$i:$i::/home/$n:/bin/sh" >> /etc/passwd; echo "$n:x:$i:" >> /etc/group
    mkdir -p /home/$n; chown $i:$i /home/$n
  done
  chgrp mail /var/mail; chmod 2775 /var/mail
  echo "carol.private@freemail.example, \\carol" > /home/carol/.forward; chown 1003 /home/carol/.forward
}
example_certs() {
  mkdir -p /etc/labtls; pushd /etc/labtls > /dev/null
  export LD_PRELOAD=$FAKETIME_LIB FAKETIME=-90d
  make_ca Example
  make_cert hub mail.example.com; make_cert bank mx1.bank.example; make_cert bigmail mx1.bigmail.example
  make_self_signed self mx1.supplier.example
  unset LD_PRELOAD FAKETIME
  chmod 644 *.key; popd > /dev/null
}
example_dns() {
  mkdir -p /etc/labdns
  python3 "$LAB/example/zone.py" > /etc/labdns/zone.conf
  cp "$LAB/conf/shared/unbound.conf" /etc/labdns/unbound.conf
}
example_postfix() {
  local f
  for f in "$LAB"/conf/example/*; do
    case $f in *rsyslog.conf|*amavis.pl|*/master.cf) ;; *) cp "$f" /etc/postfix/;; esac
  done
  { cat "$LAB/conf/example/master.cf"; sed "s/@C@/n/; s/@INSTANCE@/postfix/; /^labpipe/d" "$LAB/conf/shared/master.cf"; } > /etc/postfix/master.cf
  chmod 755 /etc/postfix/list.sh
  example_customers > /etc/postfix/customers
  mkdir -p /var/spool/postfix /var/lib/postfix; chown postfix:root /var/lib/postfix
}
# Subscribers of the newsletter; gone, former, closed and full are refused by their servers.
example_customers() {
  local i d
  for i in $(seq 60); do
    case $((i % 4)) in 0) d=bigmail;; 1) d=freemail;; 2) d=customer;; 3) d=university;; esac
    echo "reader$i@$d.example"
  done
  printf '%s\n' gone@bigmail.example former@bigmail.example closed@freemail.example full@freemail.example gone@customer.example news7@freemail.example x@deadhost.example
}
example_dovecot() {
  local u
  mkdir -p /etc/labdove /run/dovecot
  for u in alice bob carol dave; do echo "$u@example.com:{PLAIN}secret-$u:5000:5000::/home/vmail/$u::"; done > /etc/labdove/users
  for u in erin frank grace heidi office; do
    echo "$u@example.org:{PLAIN}secret-$u:5000:5000::/home/vmail/$u::$([ $u = grace ] && echo userdb_quota_rule=*:storage=200K)"
  done >> /etc/labdove/users
  mkdir -p /home/vmail/{alice,bob,carol,dave,erin,frank,grace,heidi,office}; chown -R 5000:5000 /home/vmail
  sed "s#@LOG@#log_path = syslog\nsyslog_facility = mail#; s/@LISTEN@/192.0.2.10, 2001:db8::10/; s/@DOMAIN@/example.com/" \
    "$LAB/conf/shared/dovecot.conf" > /etc/labdove/dovecot.conf
  # no growing pause after failed logins
  printf 'service anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}\n' >> /etc/labdove/dovecot.conf
  sed -i "s/^auth_failure_delay.*/auth_failure_delay = 0/" /etc/labdove/dovecot.conf
}
example_filters() {
  mkdir -p /etc/dkimkeys /run/opendkim /run/opendmarc; pushd /etc/dkimkeys > /dev/null
  opendkim-genkey -s mail -d example.com -b 2048; chown opendkim mail.private
  popd > /dev/null
  printf 'Syslog yes\nSyslogSuccess yes\nSyslogFacility mail\nMode sv\nDomain example.com\nSelector mail\nKeyFile /etc/dkimkeys/mail.private\nSocket inet:8891@127.0.0.1\nUserID opendkim\nInternalHosts 0.0.0.0/0\nOn-BadSignature accept\n' > /etc/labdkim.conf
  sed -i 's#^InternalHosts.*#InternalHosts 127.0.0.1,198.51.100.16/28#' /etc/labdkim.conf
  printf 'Syslog yes\nSyslogFacility mail\nSocket inet:8893@127.0.0.1\nUserID opendmarc\nAuthservID mail.example.com\nTrustedAuthservIDs mail.example.com\nRejectFailures true\nSPFSelfValidate true\nSPFIgnoreResults true\n' > /etc/labdmarc.conf
  printf 'debugLevel = 1\nTestOnly = 1\nHELO_reject = Fail\nMail_From_reject = Fail\nPermError_reject = False\nTempError_Defer = False\nskip_addresses = 127.0.0.0/8\nReason_Message = Message {rejectdefer} due to: {spf}.\n' > /etc/postfix-policyd-spf-python/policyd-spf.conf
  cp "$LAB/conf/example/amavis.pl" /etc/amavis/conf.d/50-user
  chown root /etc/amavis/conf.d/50-user
  mkdir -p /run/amavis /run/postgrey; chown amavis /run/amavis
  cp -a /var/lib/postgrey /run/postgrey-db; chown -R postgrey /run/postgrey-db /run/postgrey
}
start_example_filters() {
  setsid opendkim -f -x /etc/labdkim.conf > /run/opendkim.out 2>&1 &
  setsid opendmarc -f -c /etc/labdmarc.conf > /run/opendmarc.out 2>&1 &
  env LD_PRELOAD=$FAKETIME_LIB FAKETIME_TIMESTAMP_FILE=$CLOCK FAKETIME_NO_CACHE=1 postgrey -d --pidfile=/run/postgrey/pid --inet=127.0.0.1:10023 --delay=300 --dbdir=/run/postgrey-db \
    --user=postgrey --group=postgrey --greylist-text="Greylisted, see http://mail.example.com/greylisting.html" > /run/postgrey.out 2>&1
  setsid amavisd foreground > /run/amavis.out 2>&1 &
}
start_example() {
  local i
  mkdir -p /run/clock; echo "-$(( $(date +%s) - $(date -d "$1" +%s) ))" > $CLOCK
  example_users; example_dns; example_certs > /run/certs.out 2>&1; example_postfix; example_dovecot; example_filters > /run/filters.out 2>&1
  unbound -c /etc/labdns/unbound.conf || return 1
  cp "$LAB/conf/example/rsyslog.conf" /etc/labrsyslog.conf
  : > /var/log/mail.log
  setsid env LD_PRELOAD=$FAKETIME_LIB FAKETIME_TIMESTAMP_FILE=$CLOCK FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 \
    rsyslogd -n -f /etc/labrsyslog.conf -i /run/rsyslogd.pid > /run/rsyslog.out 2>&1 &
  for i in $(seq 50); do [ -S /dev/log ] && break; sleep 0.1; done
  start_example_filters
  on_the_clock postfix start
  dovecot -c /etc/labdove/dovecot.conf || return 1
  for i in $(seq 150); do
    answers 192.0.2.10 25 && answers 192.0.2.10 587 && answers 192.0.2.10 143 && answers 127.0.0.1 8891 &&
      answers 127.0.0.1 8893 && answers 127.0.0.1 10023 && answers 127.0.0.1 10024 && return 0
    sleep 0.2
  done
  echo "not all services answer"; ss -Hltn; cat /run/*.out; return 1
}

# Dovecot: IMAP, POP3, LMTP and SASL for Postfix.  Sourced by lab.sh.
dovecot_users() { # DOMAIN
  local u
  for u in alice bob dovea doveb; do echo "$u:{PLAIN}secret-$u:5000:5000::/home/vmail/dove/$u::"; done
  for u in dovea doveb; do echo "$u@$1:{PLAIN}secret-$u:5000:5000::/home/vmail/dove/$u::"; done
  echo "dovefull@$1:{PLAIN}x:5000:5000::/home/vmail/dove/dovefull::userdb_quota_rule=*:storage=1K"
  echo "dovefull4@$1:{PLAIN}x:5000:5000::/home/vmail/dove/dovefull4::userdb_quota_rule=*:storage=1K userdb_quota_full_tempfail=yes"
}
lab_dovecot() {
  local log="log_path = /var/log/dovecot.log" u
  [ "$1" = syslog ] && log="log_path = syslog\nsyslog_facility = mail"
  mkdir -p /etc/labdove
  for u in dovea doveb dovefull dovefull4; do mkdir -p /home/vmail/dove/$u; done
  chown -R 5000:5000 /home/vmail
  dovecot_users dove.test > /etc/labdove/users
  sed "s#@LOG@#$log#; s/@LISTEN@/192.0.2.10/; s/@DOMAIN@/lab.test/" "$LAB/conf/shared/dovecot.conf" > /etc/labdove/dovecot.conf
}

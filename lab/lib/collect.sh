# What a run leaves in LAB_OUT/VARIANT.  Sourced by lab.sh.
# Postfix is stopped first, so that the queue snapshot, the sinks' records and the logs tell of the same moment.
collect_inside() {
  local v=$1 out=$LAB_OUT/$1 i failed=0
  wait_for_idle
  stop_postfix; sleep 0.5
  date +%s > "$out/snapshot-time"
  for i in $INSTANCES; do
    postqueue -c /etc/$i -j > "$out/postqueue-$i.jsonl" 2>/dev/null
    postqueue -c /etc/$i -p > "$out/postqueue-$i.txt" 2>/dev/null
    postconf -c /etc/$i -n > "$out/postconf-$i.txt"; postconf -c /etc/$i -M > "$out/postconf-M-$i.txt"
    tar -C /var/spool/$i -czf "$out/queue-$i.tar.gz" maildrop incoming active deferred defer hold bounce corrupt 2>/dev/null
    collect_qshape $i "$out"
  done
  cp "$LAB_RUN/$v/truth"/*.jsonl "$out/"
  python3 "$LAB/world/mailboxes.py" > "$out/truth-mailboxes.jsonl" || failed=1
  save_logs $v "$out"
  collect_pflogsumm "$out"
  start_postfix
  return $failed
}
# Waits until no message is incoming or active (20 s at most).
wait_for_idle() {
  local i n
  for n in $(seq 40); do
    for i in $INSTANCES; do
      find /var/spool/$i/incoming /var/spool/$i/active -type f | grep -q . && { sleep 0.5; continue 2; }
    done
    return 0
  done
}
collect_qshape() {
  local q
  for q in "deferred" "-s deferred" "-b 12 -t 10 deferred" "-l -b 8 -t 60 deferred" "-p -m 2 deferred" "hold" "incoming active deferred hold" "-n 3 deferred"; do
    qshape -c /etc/$1 $q > "$2/qshape-$1$(echo "_$q" | tr -s ' -' '__').txt" 2>/dev/null
  done
}
save_logs() {
  local v=$1 out=$2 i f
  if [ $v = postlogd ]; then
    for i in $INSTANCES dovecot; do cp /var/log/$i.log "$out/$i.log"; done
    cat /var/log/postfix*.log | sort -s -k1,1M -k2,2n -k3,3 > "$out/all.log"
  else
    sleep 1                                     # imjournal reads in batches
    for f in traditional rfc3339 rfc5424 rsyslog-json warn; do cp /var/log/mail-$f.log "$out/mail-$f.log"; done
    for f in json export short short-iso short-precise short-iso-precise short-unix cat json-pretty verbose; do
      journalctl --no-pager -D /run/log/journal SYSLOG_FACILITY=2 -o $f > "$out/journal-$f.log"
    done
  fi
}
# Ties come in random order unless Perl's hash seed is fixed.
collect_pflogsumm() {
  local log name
  for log in "$1"/postfix*.log "$1"/all.log "$1"/mail-traditional.log "$1"/mail-rfc3339.log "$1"/journal-short.log; do
    [ -e "$log" ] || continue
    name=$(basename "$log" .log)
    case $name in postfix*) set -- "$1" "--syslog-name=$name";; *) set -- "$1";; esac
    PERL_HASH_SEED=0 PERL_PERTURB_KEYS=0 pflogsumm ${2:-} "$log" > "$log.pflogsumm" 2>/dev/null
    PERL_HASH_SEED=0 PERL_PERTURB_KEYS=0 pflogsumm ${2:-} -d today --problems-first --verbose-msg-detail --detail 10 "$log" > "$log.pflogsumm-detail" 2>/dev/null
  done
}
rotate_inside() {
  local f
  if [ $1 = postlogd ]; then postfix logrotate
  else
    for f in traditional rfc3339 rfc5424 rsyslog-json warn; do mv /var/log/mail-$f.log /var/log/mail-$f.log.1; done
    kill -HUP $(cat /run/rsyslogd.pid); sleep 0.5
  fi
  ls -la /var/log
}

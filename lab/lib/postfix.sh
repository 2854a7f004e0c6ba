# The five Postfix instances.  Sourced by lab.sh.
INSTANCES="postfix postfix-mx postfix-out postfix-bulk postfix-full"

# INSTANCE HOSTNAME COMPAT CHROOT: conf/shared and conf/INSTANCE make /etc/INSTANCE.
lay_out_instance() {
  local i=$1 f
  mkdir -p /etc/$i /var/spool/$i /var/lib/postfix/$i; chown postfix:root /var/lib/postfix/$i
  [ -e /etc/$i/dynamicmaps.cf ] || cp /etc/postfix/dynamicmaps.cf /etc/$i/
  for f in "$LAB"/conf/$i/*; do case $f in */main.cf|*/master.cf) ;; *) cp "$f" /etc/$i/;; esac; done
  {
    sed "s/@INSTANCE@/$i/; s/@HOSTNAME@/$2/; s/@COMPAT@/$3/" "$LAB/conf/shared/common.cf"
    [ $i = postfix ] || echo "multi_instance_name = $i"
    [ $VARIANT = postlogd ] && echo "maillog_file = /var/log/$i.log"
    cat "$LAB/conf/$i/main.cf"
  } > /etc/$i/main.cf
  { cat "$LAB/conf/$i/master.cf"; sed "s/@C@/$4/; s/@INSTANCE@/$i/" "$LAB/conf/shared/master.cf"; } > /etc/$i/master.cf
}
lab_postfix() {
  VARIANT=$1; local i n d
  mkdir -p /var/spool/postfix-full; mount -t tmpfs -o size=1200k,mode=755 tmpfs /var/spool/postfix-full
  lay_out_instance postfix hub.lab.test 2 n         # short queue IDs; DNS blocklists, local, virtual, LMTP, pipe, filter
  lay_out_instance postfix-mx mx.lab.test 3.6 y     # long queue IDs; restrictions, postscreen, milters, checks, in a chroot as Debian has it
  lay_out_instance postfix-out out.lab.test 0 n     # short life times, TLS policies, every notify class
  lay_out_instance postfix-bulk bulk.lab.test 3.6 n # a filled deferred queue
  lay_out_instance postfix-full full.lab.test 3.6 n # a queue that runs out of space
  chmod 755 /etc/postfix/pipe.sh
  printf '%s x\n' alice@lab.test bob@lab.test postmaster@lab.test nobody2@lab.test carol@vbox.test @verify.test > /etc/postfix-mx/relay_recipients
  for n in $(seq -w 500); do
    case $((10#$n % 5)) in 0) d=ok;; 1) d=bigmail;; 2) d=freemail;; 3) d=corp-partner;; 4) d=university;; esac
    echo "sub$n@$d.test"
  done > /etc/postfix/list500
  cp "$LAB/conf/shared/aliases" /etc/aliases
  postalias hash:/etc/aliases
  for i in $INSTANCES; do chroot_files $i; done
}
# What chrooted daemons read.
chroot_files() {
  mkdir -p /var/spool/$1/etc /var/spool/$1/dev
  cp /etc/{resolv.conf,hosts,nsswitch.conf,services,localtime,host.conf} /var/spool/$1/etc/ 2>/dev/null || true
}
start_postfix() {
  local i pids="" p
  postmulti -l
  for i in $INSTANCES; do postfix -c /etc/$i start & pids="$pids $!"; done
  for p in $pids; do wait $p; done
  for i in $(seq 50); do [ -S /var/spool/postfix/private/rewrite ] && break; sleep 0.1; done
}
stop_postfix() {
  local i pids="" p
  for i in $INSTANCES; do postfix -c /etc/$i stop & pids="$pids $!"; done
  for p in $pids; do wait $p; done
}

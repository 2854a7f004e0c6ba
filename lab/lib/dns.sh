# DNS of the lab: unbound for names, rbldnsd for block lists.  Sourced by lab.sh.
lab_dns() {
  local z
  mkdir -p /etc/labdns; pushd /etc/labdns > /dev/null
  python3 "$LAB/world/zone.py" > zone.conf
  {
    cat "$LAB/conf/shared/unbound.conf"
    echo 'server:'
    for z in servfail.test bl.lab.test wl.lab.test dbl.lab.test deadbl.lab.test; do echo "  local-zone: \"$z.\" transparent"; done
    # nobody answers on port 9: SERVFAIL
    for z in servfail.test deadbl.lab.test; do printf 'forward-zone:\n  name: "%s."\n  forward-addr: 127.0.0.1@9\n' $z; done
    for z in bl wl dbl; do printf 'stub-zone:\n  name: "%s.lab.test."\n  stub-addr: 127.0.0.1@5301\n' $z; done
  } > unbound.conf
  printf ':127.0.0.2:Listed, see http://bl.lab.test/q?ip=$\n198.51.100.50\n198.51.100.51\n198.51.100.52 :127.0.0.4:Dynamic IP range\n127.0.0.2\n' > bl.zone
  printf ':127.0.0.2:allow\n198.51.100.60\n' > wl.zone
  printf ':127.0.0.2:Domain listed\ndbl-listed.test\n.spammy.test\n' > dbl.zone
  popd > /dev/null
}
start_dns() {
  setsid rbldnsd -n -b 127.0.0.1/5301 -r /etc/labdns -u nobody "$@" > /run/rbldnsd.out 2>&1 &
  unbound -c /etc/labdns/unbound.conf
}

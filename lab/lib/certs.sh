# Certificates of the lab: good, self-signed, wrong name, expired.  Sourced by lab.sh.
KEY_ARGS="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"

make_ca() { # NAME: ca.key and ca.pem in the current directory
  openssl req -x509 $KEY_ARGS -keyout ca.key -out ca.pem -days 3650 -subj "/O=$1/CN=$1 Test CA"
}
make_cert() { # FILE COMMON-NAME: signed by the CA
  openssl req $KEY_ARGS -keyout "$1.key" -out "$1.csr" -subj "/CN=$2"
  printf 'subjectAltName=DNS:%s\nbasicConstraints=CA:FALSE\n' "$2" > "$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -out "$1.pem" -extfile "$1.ext" -days 825
}
make_self_signed() { # FILE COMMON-NAME
  openssl req -x509 $KEY_ARGS -keyout "$1.key" -out "$1.pem" -days 365 -subj "/CN=$2"
}
make_expired() { # FILE COMMON-NAME
  openssl req $KEY_ARGS -keyout "$1.key" -out "$1.csr" -subj "/CN=$2"
  : > index.txt; echo 01 > serial
  printf '[ca]\ndefault_ca=x\n[x]\ndir=.\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n' > ca.cnf
  openssl ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -in "$1.csr" -out "$1.pem" \
    -startdate 20200101000000Z -enddate 20210101000000Z -notext
}
lab_certs() {
  mkdir -p /etc/labtls; pushd /etc/labtls > /dev/null
  make_ca Lab
  make_cert hub hub.lab.test; make_cert mx mx.lab.test; make_cert trusted mx.trusted.test
  make_cert wrongname other.example.test; make_cert client client1.isp.test
  make_self_signed self mx.selfsigned.test; make_self_signed selfclient selfclient.test
  make_expired expired mx.expired.test
  chmod 644 *.key; popd > /dev/null
}

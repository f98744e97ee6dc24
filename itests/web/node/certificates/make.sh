#!/bin/sh -e
# Certificates for fetch-tls.test.js, once and for a hundred years. The root's key is thrown away.
cd "$(dirname "$0")"
days=36500
ca="basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
leaf="basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nkeyUsage=digitalSignature\n"
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
root() { key "$1"; openssl req -x509 -new -key "$1.key" -days $days -subj "/CN=$2" -out "$1.pem"; }
issue() { # name, subject, issuer, extensions, and how long it is good
  openssl req -new -key "$1.key" -subj "/CN=$2" -out "$1.csr"
  printf "$4" > extensions
  openssl x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" -set_serial "0x$(openssl rand -hex 8)" \
    -extfile extensions $5 -out "$1.pem"
}
root root "Cloakwork test root"
root stranger "Cloakwork test root"
key middle; issue middle "Cloakwork test authority" root "$ca" "-days $days"
key good; issue good localhost middle "${leaf}subjectAltName=DNS:localhost,IP:127.0.0.1\n" "-days $days"
openssl genrsa -out rsa.key 2048; issue rsa localhost middle "${leaf}subjectAltName=DNS:localhost\n" "-days $days"
for name in other expired untrusted; do key $name; done
issue other localhost middle "${leaf}subjectAltName=DNS:elsewhere.example\n" "-days $days"
issue expired localhost middle "${leaf}subjectAltName=DNS:localhost\n" "-days 0"
issue untrusted localhost stranger "${leaf}subjectAltName=DNS:localhost\n" "-days $days"
for name in good rsa other expired; do cat middle.pem >> $name.pem; done
rm -f *.csr extensions root.key stranger.key middle.key stranger.pem

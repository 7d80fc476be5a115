#!/bin/sh
# nginx looks its upstreams' names up once. A service that was scaled or replaced has other
# addresses: have nginx look again, without a request lost.
#
# Newer versions do it by themselves where they can ask Docker's own resolver (`resolve`, from 1.27.3
# on), and leave clients' idle connections open for a moment when they end (from 1.27.4 on). What this
# nginx does not take, it does not get: it is then told to look again, which ends idle connections.
set -u
given=${GATEWAY_GIVEN:-/etc/nginx/nginx.conf}
used=${GATEWAY_USED:-/tmp/nginx.conf}
resolvers=${GATEWAY_RESOLVERS:-/etc/resolv.conf}

resolve() {
    grep -q '^nameserver 127\.0\.0\.11$' "$resolvers" || return 1
    sed -e 's/^http {$/&\n    resolver 127.0.0.11 valid=2s ipv6=off;\n    keepalive_min_timeout 5s;/' \
        -e 's/^\( *server [a-z-]*:[0-9]* \)max_fails/\1resolve max_fails/' "$given" >"$used"
    nginx -t -q -e stderr -c "$used"
}

addresses() { getent ahostsv4 share-api report-viewer 2>/dev/null | cut -d ' ' -f 1 | sort -u; }

follow() {
    known=$(addresses)
    while sleep 5; do
        current=$(addresses)
        if [ -n "$current" ] && [ "$current" != "$known" ]; then
            nginx -e stderr -c "$used" -s reload && known=$current
        fi
    done
}

if ! resolve 2>/dev/null; then
    cp "$given" "$used"
    follow &
fi

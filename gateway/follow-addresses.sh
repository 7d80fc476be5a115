#!/bin/sh
# nginx looks its upstreams' names up once. A service that was scaled or replaced has other
# addresses: have nginx look again, without a request lost.
set -u

addresses() { getent ahostsv4 share-api report-viewer 2>/dev/null | cut -d ' ' -f 1 | sort -u; }

follow() {
    known=$(addresses)
    while sleep 5; do
        current=$(addresses)
        if [ -n "$current" ] && [ "$current" != "$known" ]; then
            nginx -e stderr -s reload && known=$current
        fi
    done
}

follow &

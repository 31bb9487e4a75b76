#!/bin/sh
# try.sh MODEL_SERVICE - good requests are answered, a bad one is refused with its place.
set -eu
service=$1
good=$(printf '%s\n' '{"person":2,"tasks":[{"id":7,"what":"paint","due":"2026-12-24T18:00:00Z"},{"id":8,"what":"dry","state":"done","hours":2.5}]}' | "$service")
expected='a copy of the team: 10 objects, 219 bytes, led by its own Ada: yes
Grace, asked by Ada: {"person":2,"tasks":[{"id":7,"what":"paint","state":"open","due":"2026-12-24T18:00:00Z","hours":1.0},{"id":8,"what":"dry","state":"done","hours":2.5}]}'
[ "$good" = "$expected" ] || { printf 'met:\n%s\nexpected:\n%s\n' "$good" "$expected" >&2; exit 1; }
bad=$(printf '%s\n' '{"person":2,"tasks":[{"id":7,"what":"paint","hours":-1}]}' | "$service" 2>&1 >/dev/null) && { echo "a bad request was taken" >&2; exit 1; }
case $bad in
*"request:1:"*"out of range: expected at least 0"*"/tasks/0/hours"*) ;;
*) printf 'met: %s\n' "$bad" >&2; exit 1 ;;
esac

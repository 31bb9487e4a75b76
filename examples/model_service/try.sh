#!/bin/sh
# try.sh MODEL_SERVICE - good requests are answered, a bad one is refused with its place.
set -eu
service=$1
good=$(printf '%s\n' '{"person":2,"tasks":[{"id":7,"what":"paint","due":"2026-12-24T18:00:00Z"},{"id":8,"what":"dry","state":"done","hours":2.5}]}' | "$service")
expected='a walk: 3 persons, 4 ways lead back, the first at /leader/team
a copy of the team: 10 objects, 219 bytes, led by its own Ada: yes
   shallow   share                      count      deep    shared  retained  kind
     120 B  54.8 % ████████▊                3     154 B      40 B     154 B  person
      43 B  19.6 % ███▏                     5      43 B       0 B      43 B  char *
      32 B  14.6 % ██▍                      1     219 B      32 B     219 B  team
      24 B  11.0 % █▊                       1     118 B       0 B     118 B  pointer[]
      deep                       count   shallow  retained  path (elements of an array are merged)
     +54 B  ████████████████         0       0 B     +54 B  (all)
     +54 B  ████████████████         0      +8 B     +54 B  /members
     +46 B  █████████████▋          +1     +40 B     +46 B  /members/*
      +6 B  █▊                      +1      +6 B      +6 B  /members/*/name
Grace, asked by Ada: {"person":2,"tasks":[{"id":7,"what":"paint","state":"open","due":"2026-12-24T18:00:00Z","hours":1.0},{"id":8,"what":"dry","state":"done","hours":2.5}]}'
[ "$good" = "$expected" ] || { printf 'met:\n%s\nexpected:\n%s\n' "$good" "$expected" >&2; exit 1; }
bad=$(printf '%s\n' '{"person":2,"tasks":[{"id":7,"what":"paint","hours":-1}]}' | "$service" 2>&1 >/dev/null) && { echo "a bad request was taken" >&2; exit 1; }
case $bad in
*"request:1:"*"out of range: expected at least 0"*"/tasks/0/hours"*) ;;
*) printf 'met: %s\n' "$bad" >&2; exit 1 ;;
esac

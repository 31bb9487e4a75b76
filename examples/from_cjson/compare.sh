#!/bin/sh
# compare.sh CJSON HOLDFAST FILE - both programs print the same, and something; both refuse a bad file.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" "$3" >"$work/cjson" || exit 1
"$2" "$3" >"$work/holdfast" || exit 1
grep -q '"total_cents":3490,' "$work/holdfast" || { echo "compare: no total"; exit 1; }
cmp "$work/cjson" "$work/holdfast" || { cat "$work/cjson" "$work/holdfast"; exit 1; }
printf '{"orders": [}' >"$work/bad.json"
if "$1" "$work/bad.json" 2>/dev/null || "$2" "$work/bad.json" 2>"$work/talk"; then
    echo "compare: a bad file passes"
    exit 1
fi
grep -q 'bad.json:1:13:' "$work/talk" || { cat "$work/talk"; exit 1; }

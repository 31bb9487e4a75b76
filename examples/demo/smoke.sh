#!/bin/sh
# smoke.sh DEMO INPUT FOLDER - the demo runs on a small file, says what it promises, refuses bad input.
set -u
demo=$1 input=$2 folder=$3
passed=0 failed=0
case_is() {
    if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $1"; fi
}

"$demo" --input "$input" --seconds 0.3 --svg "$folder/smoke.svg" >"$folder/smoke.out" 2>"$folder/smoke.err"
status=$?
[ $status -eq 0 ] || cat "$folder/smoke.out" "$folder/smoke.err"
case_is "runs to its end" $status
grep -q '^(1) .* ms ' "$folder/smoke.out"; case_is "has a row for each form" $?
grep -q 'resident memory over time' "$folder/smoke.out"; case_is "draws the curves" $?
grep -q '<polyline' "$folder/smoke.svg" && grep -q '</svg>' "$folder/smoke.svg"; case_is "writes the picture" $?
! grep -qi 'agree' "$folder/smoke.err"; case_is "the forms agree" $?
# The leaking form is seen to leak: its allocator's growth is not zero.
awk '/copies kept in a table/ && !/\+0 B/ { found = 1 } END { exit !found }' "$folder/smoke.out"
case_is "the leak is seen" $?

"$demo" --input "$folder/absent.json" --seconds 0.1 >/dev/null 2>"$folder/smoke.err"
[ $? -eq 5 ] && grep -q 'absent.json' "$folder/smoke.err"; case_is "names a missing file" $?
printf '{"a": [1, 2' >"$folder/cut.json"
"$demo" --input "$folder/cut.json" --seconds 0.1 --svg "$folder/cut.svg" >/dev/null 2>"$folder/smoke.err"
[ $? -eq 5 ] && grep -q 'cut.json' "$folder/smoke.err"; case_is "names a file that is cut off" $?
"$demo" --seconds never >/dev/null 2>"$folder/smoke.err"
[ $? -eq 2 ] && grep -q 'never' "$folder/smoke.err"; case_is "refuses a bad number" $?

echo "# cases: $passed passed, $failed failed"
[ $failed -eq 0 ]

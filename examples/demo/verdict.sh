#!/bin/sh
# verdict.sh HOLDFAST DEMO SECONDS [INPUT] - the leaking form and Holdfast's own under `holdfast run`:
# one must be named with its function, the other must be found clean. Exit 0 when both are so. When the
# first answer is that the recording was too short, it is asked once more, for three times as long.
set -u
holdfast=$1 demo=$2 seconds=$3 input=${4:-}

# Runs form $1 alone, recorded; its readings (descriptor 3) are not wanted here.
judge() {
    if [ -n "$input" ]; then
        "$holdfast" run --top 3 -- "$demo" --form "$1" --seconds "$seconds" --input "$input" 3>/dev/null
    else
        "$holdfast" run --top 3 -- "$demo" --form "$1" --seconds "$seconds" 3>/dev/null
    fi
}

echo
echo "the same under holdfast run, $seconds seconds each: first the form that leaks"
said=$(judge 2 2>&1)
status=$?
echo "$said"
if [ $status -eq 3 ]; then # undecided: as the last line of the finding asks, longer
    seconds=$((seconds * 3))
    echo
    echo "undecided, so again for $seconds seconds"
    said=$(judge 2 2>&1)
    status=$?
    echo "$said"
fi
if [ $status -ne 1 ] || ! echo "$said" | grep -Eq '#1 +(copy_reduced|remember) '; then
    echo "demo: the leak was not found, or its function not named (exit $status)" >&2
    exit 1
fi

echo
echo "and Holdfast's"
said=$(judge 0 2>&1)
status=$?
echo "$said"
if [ $status -ne 0 ]; then
    echo "demo: Holdfast's form was not found clean (exit $status)" >&2
    exit 1
fi

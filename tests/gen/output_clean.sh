#!/bin/sh
# output_clean.sh INCLUDE OUTPUT.hf.c FOLDER... - the output without a warning: as C11 and C17, its header
# from C++17, by every compiler that is here, and for clang-tidy, where that is installed.
set -eu
include=$1 output=$2
shift 2
flags="-I$include -I$(dirname "$output")"
for folder in "$@"; do
    flags="$flags -I$folder"
done
header=$(basename "$output" .c).h
for compiler in gcc clang; do
    command -v $compiler >/dev/null || continue
    for standard in c11 c17; do
        $compiler -std=$standard -Wall -Wextra -Wpedantic -Werror -fsyntax-only $flags "$output"
        $compiler -std=$standard -O2 -Wall -Wextra -Wpedantic -Werror -c $flags "$output" -o /dev/null
    done
done
for compiler in g++ clang++; do
    command -v $compiler >/dev/null || continue
    # The model's own flexible array is C's alone; everything else must pass.
    echo "#include \"$header\"" | $compiler -x c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only $flags -
done
if command -v clang-tidy >/dev/null; then
    # The order of a record's members is its author's matter.
    clang-tidy --quiet --config-file="$include/../.clang-tidy" --checks=-clang-analyzer-optin.performance.Padding "$output" -- -std=c17 $flags 2>/dev/null
fi

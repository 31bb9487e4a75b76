#!/bin/sh
# output_clean.sh compiles|tidy INCLUDE OUTPUT.hf.c FOLDER... - the output without a warning.
#   compiles: as C11 and C17, its header from C++17, by every compiler that is here; optimised once, for the
#             warnings that need it
#   tidy:     for clang-tidy; 77 where it is not installed
set -eu
what=$1 include=$2 output=$3
shift 3
flags="-I$include -I$(dirname "$output")"
for folder in "$@"; do
    flags="$flags -I$folder"
done
header=$(basename "$output" .c).h
strict="-Wall -Wextra -Wpedantic -Werror"

if [ "$what" = tidy ]; then
    command -v clang-tidy >/dev/null || exit 77
    # The order of a record's members is its author's matter.
    exec clang-tidy --quiet --config-file="$include/../.clang-tidy" --checks=-clang-analyzer-optin.performance.Padding "$output" \
        -- -std=c17 $flags 2>/dev/null
fi
for compiler in gcc clang; do
    command -v $compiler >/dev/null || continue
    for standard in c11 c17; do
        $compiler -std=$standard $strict -fsyntax-only $flags "$output"
    done
    $compiler -std=c17 -O1 $strict -c $flags "$output" -o /dev/null
done
for compiler in g++ clang++; do
    command -v $compiler >/dev/null || continue
    # The model's own flexible array is C's alone; everything else must pass.
    echo "#include \"$header\"" | $compiler -x c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only $flags -
done

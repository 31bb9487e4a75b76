#!/bin/sh
# output_clean.sh compiles|tidy INCLUDE MODELS OUTPUT.hf.c... - the outputs without a warning.
#   compiles: as C11 and C17, their headers from C++17, by every compiler that is here; optimised once, for the
#             warnings that need it; conversions and shadowing too, which many projects turn on
#   tidy:     for clang-tidy, which must find what is planted in one; 77 where it is not installed
set -eu
what=$1 include=$2 models=$3
shift 3
flags="-I$include -I$(dirname "$1") -I$models"
strict="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wcast-qual -Wundef -Wstrict-prototypes -Wmissing-prototypes -Werror"

tidy() {
    # The order of a record's members is its author's matter.
    clang-tidy --quiet --config-file="$include/../.clang-tidy" --checks=-clang-analyzer-optin.performance.Padding "$@" -- -std=c17 $flags 2>/dev/null
}

if [ "$what" = tidy ]; then
    command -v clang-tidy >/dev/null || exit 77
    planted=$(mktemp --suffix=.c)
    trap 'rm -f "$planted"' EXIT
    cat "$1" - > "$planted" <<'C'
#include <stdlib.h>
static int *planted(int n)
{
    int *made = malloc(sizeof *made);
    if (made != NULL && n > 0)
        free(made);
    if (made != NULL)
        *made = n;
    return made;
}
int *(*const hf_planted)(int) = planted;
C
    case $(tidy "$planted" || true) in
    *"memory after it is freed"*) ;;
    *) echo "clang-tidy does not find what is planted" >&2; exit 1 ;;
    esac
    tidy "$@"
    exit
fi
for output in "$@"; do
    for compiler in gcc clang; do
        command -v $compiler >/dev/null || continue
        for standard in c11 c17; do
            $compiler -std=$standard $strict -fsyntax-only $flags "$output"
        done
        $compiler -std=c17 -O1 $strict -c $flags "$output" -o /dev/null
    done
    for compiler in g++ clang++; do
        command -v $compiler >/dev/null || continue
        ! grep -q '^// not: C++' "$models/$(basename "$output" .hf.c).h" || continue
        # The model's own flexible array is C's alone; everything else must pass.
        echo "#include \"$(basename "$output" .c).h\"" | $compiler -x c++ -std=c++17 -Wall -Wextra -Wconversion -Wshadow -Werror -fsyntax-only $flags -
    done
done

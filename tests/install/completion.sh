#!/bin/bash
# completion.sh COMMAND - what the shells complete is what the command's own tables say.
set -u
command=$1
passed=0 failed=0 skipped=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

check() { # name, status
    if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "completion: $1 fails"; fi
}

for shell in bash zsh fish; do
    "$command" completion $shell >"$work/$shell" && [ -s "$work/$shell" ]
    check "$shell, printed" $?
    if command -v $shell >/dev/null 2>&1; then
        $shell -n "$work/$shell"
        check "$shell, syntax" $?
    else
        skipped=$((skipped + 1))
        echo "completion: $shell is not installed, its syntax not tried"
    fi
done

# shellcheck disable=SC1091
. "$work/bash"
complete_words() { # the words typed, the last one being completed
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _holdfast
    printf '%s\n' ${COMPREPLY[@]+"${COMPREPLY[@]}"} | sort
}

verbs=$("$command" help | sed -n 's/^  \([a-z]*\) .*/\1/p' | sort)
[ "$(complete_words holdfast '')" = "$verbs" ]
check "verbs" $?
[ "$(complete_words holdfast fo)" = format ]
check "a verb begun" $?
[ "$(complete_words holdfast help fo)" = format ]
check "a verb behind help" $?
for verb in $verbs; do
    options=$("$command" help "$verb" | sed -n 's/^  \(-., \)\{0,1\}\(--[a-z-]*\).*/\2/p' | sort)
    met=$(complete_words holdfast "$verb" --)
    [ "$met" = "$options" ]
    check "options of $verb" $?
    for option in $options; do
        grep -q -- "'\{0,1\}\(([^)]*)\)\{0,1\}$option[=[]" "$work/zsh"
        check "$option of $verb for zsh" $?
        grep -q -- "__fish_seen_subcommand_from $verb' -l ${option#--} " "$work/fish"
        check "$option of $verb for fish" $?
    done
done
cd "$work" && touch one.json
[ "$(complete_words holdfast format one)" = one.json ]
check "files" $?
[ -z "$(complete_words holdfast format --indent '')" ]
check "the value of an option" $?
echo "# cases: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]

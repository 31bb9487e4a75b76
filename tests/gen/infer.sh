#!/bin/sh
# infer.sh HOLDFAST INCLUDE - a header inferred from samples leaves nothing to guess, compiles, and its
# generated code does too; bad samples are refused with their line; --check tells stale from fresh.
set -eu
holdfast=$1 include=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > samples.ndjson <<'JSON'
{"id":1,"user":{"name":"a","tags":["x","y"],"e-mail":null},"v":1.5,"m":{"1":2,"3":4},"list":[{"a":1},{"a":2,"b":true}],"mix":1,"class":true,"big":18446744073709551615}

{"id":2,"user":{"name":"b","tags":[],"e-mail":"q"},"m":{"9":2},"list":[],"mix":"s","class":false,"opt":7,"big":9223372036854775808}
JSON
expect() { grep -qF -- "$1" "$2" || { echo "$2 has no line with: $1" >&2; cat "$2" >&2; exit 1; }; }
"$holdfast" gen --from samples.ndjson -o model.h
expect 'int64_t id; /* in 2 of 2 */' model.h
expect 'char *e_mail HF(own, name = "e-mail"); /* in 2 of 2, null in 1 */' model.h
expect 'char *m HF(own, raw); /* in 2 of 2; a map: its keys are data, 3 of them in 2 objects */' model.h
expect 'char *mix HF(own, raw); /* in 2 of 2; of more than one kind: integer 1, text 1 */' model.h
expect 'struct model_list *list HF(own, count = n_list); /* in 2 of 2 */' model.h
expect 'bool b HF(optional); /* in 1 of 2 */' model.h
expect 'bool class_ HF(name = "class"); /* in 2 of 2 */' model.h
expect 'uint64_t big; /* in 2 of 2 */' model.h
"$holdfast" gen --strict model.h -- "-I$include"
cc -std=c11 -Wall -Wextra -Wpedantic -Werror "-I$include" -c model.hf.c -o model.o
"$holdfast" gen --check model.h -- "-I$include"
mkdir other
printf '[{"directory":"/","file":"/x/y.c","command":"cc -Inowhere -c y.c"},{"directory":"%s","file":"main.c","arguments":["cc","-I","%s","-DX=\"a b\"","-c","main.c"]}]' "$work" "$include" > commands.json
"$holdfast" gen --check --commands commands.json model.h
printf '[{"directory":"%s","file":"other/main.c","command":"cc \\"-I%s\\" -c main.c"}]' "$work" "$include" > commands.json
"$holdfast" gen --check --commands commands.json model.h
# Of three, the one in C beside the header, however it is spelled; what is about C++ is left out.
mkdir -p build
printf '[{"directory":"/no","file":"y.c","command":"cc -DNO -include no.h"},{"directory":"%s","file":"z.cc","command":"c++ -std=c++17 -fno-rtti -DNO"},{"directory":"%s/build","file":"../z.c","command":"cc -Xclang -DX -I \\"%s\\" -c ../z.c"}]' "$work" "$work" "$include" > commands.json
"$holdfast" gen --check --commands commands.json model.h 2> said
[ ! -s said ] || { echo "something was said of good commands" >&2; cat said >&2; exit 1; }
printf '[{"directory":"%s/other","file":"z.cc","command":"c++ -std=c++17 -fno-rtti -I%s"}]' "$work" "$include" > commands.json
"$holdfast" gen --check --commands commands.json model.h 2> said
expect 'note: no source lies beside' said
printf '[{"file":"z.c"}]' > commands.json
if "$holdfast" gen --check --commands commands.json model.h 2> said; then
    echo "an entry without a command was taken" >&2
    exit 1
fi
expect 'without "arguments" and "command"' said
printf '{}' > commands.json
if "$holdfast" gen --check --commands commands.json model.h 2> said; then
    echo "an object was taken for compile commands" >&2
    exit 1
fi
expect 'expected an array' said
sed -i 's/int64_t id;/int64_t id HF(name = "ID");/' model.h
if "$holdfast" gen -q --check model.h -- "-I$include" 2> said; then
    echo "stale output was found fresh" >&2
    exit 1
fi
expect 'stale' said
rm model.hf.c
if "$holdfast" gen -q --check model.h -- "-I$include" 2> said; then
    echo "missing output was found fresh" >&2
    exit 1
fi
expect 'model.hf.c: not there' said
"$holdfast" gen --explain model_list model.h -- "-I$include" > said
expect 'owns nothing outside of itself' said
for wrong in '--explain model_lis' '-t nothing' '-o -'; do
    code=0
    # shellcheck disable=SC2086 # two words each
    "$holdfast" gen -q $wrong model.h -- "-I$include" 2> said || code=$?
    [ "$code" = 2 ] || { echo "exit $code for gen $wrong" >&2; exit 1; }
done
# Nothing is written over what it is made from.
mkdir over
printf '#include "part.h"\ntypedef struct whole { part in; } whole;\n' > over/whole.h
printf 'typedef struct part { int x; } part;\n' > over/part.h
cp samples.ndjson over/samples.ndjson
for wrong in 'over/whole.h -o over/whole' 'over/whole.h -o over/part' 'over/whole.h --depfile over/part.h' '--from over/samples.ndjson -o over/samples.ndjson'; do
    code=0
    # shellcheck disable=SC2086 # words of their own
    "$holdfast" gen $wrong 2> said || code=$?
    [ "$code" = 2 ] || { echo "exit $code for gen $wrong" >&2; exit 1; }
    expect 'expected another name' said
done
grep -q 'part in' over/whole.h && grep -q 'int x' over/part.h && cmp samples.ndjson over/samples.ndjson
# What is the same is not written, and is no older than what it was made from; what only defines macros is followed.
mkdir 'a b'
odd=$(printf 'a b/m"\303\251')
printf '#define COUNT 3\n' > 'a b/co$un#t.h'
printf '#include "co$un#t.h"\ntypedef struct spaced { int x[COUNT]; } spaced;\n' > "$odd.h"
for compiler in gcc clang; do
    command -v $compiler > /dev/null || continue
    "$holdfast" gen --compiler $compiler --depfile d.d "$odd.h"
    expect 'a\ b/co$$un\#t.h' d.d
    touch -d '2001-01-01' "$odd.hf.c"
    cp "$odd.hf.c" before
    "$holdfast" gen --compiler $compiler "$odd.h"
    cmp -s before "$odd.hf.c" && [ "$odd.hf.c" -nt 'a b/co$un#t.h' ] || { echo "the same output is older than its header" >&2; exit 1; }
    touch -d '2031-01-01' "$odd.hf.c"
    "$holdfast" gen --compiler $compiler "$odd.h"
    [ "$odd.hf.c" -nt d.d ] || { echo "the same output was written" >&2; exit 1; }
done
code=0
"$holdfast" gen --from samples.ndjson --check -o model.h 2> said || code=$?
[ "$code" = 2 ] || { echo "exit $code for --from with --check" >&2; exit 1; }
# The same samples one after the other, as an array, with a byte order mark, from standard input: the same header.
sed 's/$/ /' samples.ndjson | tr -d '\n' > joined.json
{ printf '\357\273\277 [\n'; sed '/^$/d; 1s/$/ ,/' samples.ndjson; printf ' ]\n'; } > array.json
for form in joined.json array.json; do
    "$holdfast" gen --from $form -o again.h
    sed "s/again/samples/g; s/$form/samples.ndjson/; s/AGAIN/SAMPLES/" again.h > met.h
    "$holdfast" gen --from samples.ndjson -o samples.h
    sed -i 's/again/samples/g' met.h
    cmp met.h samples.h
done
"$holdfast" gen --from - -o samples.h < samples.ndjson
printf '{\n  "a": [\n    1\n  ]\n}\n' | "$holdfast" gen --from - > said
expect 'int64_t *a HF(own, count = n_a); /* in 1 of 1 */' said
# What is wrong around the elements of an array has its place, and so has what is wrong in them.
refuses() { # TEXT PLACE WORDS
    printf "$1" > bad.json
    if "$holdfast" gen --from bad.json > /dev/null 2> said; then
        echo "taken: $1" >&2
        exit 1
    fi
    expect "bad.json:$2: error: $3" said
}
refuses '[{"a":1}{"a":2}]' 1:9 'unexpected character, expected '"','"' or '"']'"
refuses '[{"a":1},\n]' 2:1 'unexpected character, expected a sample after'
refuses '[,{"a":1}]' 1:2 'unexpected character, expected a sample'
refuses '[{"a":1}]\n x' 2:2 'text behind the array'
refuses '[{"a":1},\n' 2:1 'the text ends'
refuses '[{"a":1}\n' 2:1 'the text ends'
refuses '[{"a":"]"},\n {"a":"\\"]"}, [1,2]]' 2:15 'array, expected an object'
refuses '[{"a":1}, 12 ]' 1:11 'int64, expected an object'
refuses '[{"a":1}, "x,]" ]' 1:11 'text, expected an object'
refuses '[{"a":tru}]' 1:10 ''
refuses '[{"a":1]}]' 1:8 ''
refuses '[{"a":{"b":1}' 1:14 ''
printf '{"a":1,"a":2}\n' > bad.ndjson
if "$holdfast" gen --from bad.ndjson 2> said; then
    echo "the same key twice was taken" >&2
    exit 1
fi
expect 'bad.ndjson:1:' said
printf '[\n{"a":1},\n{"a":]\n' > bad.ndjson
if "$holdfast" gen --from bad.ndjson 2> said; then
    echo "half an array was taken" >&2
    exit 1
fi
expect 'bad.ndjson:3:' said
printf '{"a":1}\n{"a":\n' > bad.ndjson
code=0
"$holdfast" gen --from bad.ndjson 2> said || code=$?
[ "$code" = 5 ] || { echo "exit $code for bad samples" >&2; exit 1; }
expect 'bad.ndjson:2:' said

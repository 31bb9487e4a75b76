/* gen_run.h - the generator as one call: header in, output or an answer out. */
#ifndef HOLDFAST_GEN_RUN_H
#define HOLDFAST_GEN_RUN_H

#include <stdio.h>

#include <holdfast/base.h>

typedef struct gen_options {
    const char        *header;    /* the user's header */
    const char        *output;    /* "dir/model.hf" for dir/model.hf.h and dir/model.hf.c; NULL: beside the header */
    const char        *include;   /* how the output includes the header; NULL: its base name */
    const char        *compiler;  /* NULL: $CC, else cc */
    const char *const *flags;     /* for the compiler; ended by NULL; NULL: none */
    const char        *commands;  /* a compile_commands.json for more flags; NULL: none */
    const char *const *types;     /* only these and what they reach; NULL: all of the header */
    const char        *explain;   /* prints what was decided about this type and writes nothing */
    const char        *depfile;   /* also writes a list of all files read, for make and ninja */
    bool               strict;    /* guesses are errors */
    bool               check;     /* writes nothing; fails when the output on disk differs */
    bool               quiet;     /* notes are not printed */
    bool               tables;    /* tables only, no rows */
} gen_options;

/* Talks on standard error, answers of `explain` on standard output. HF_OK; HF_NOT_FOUND with `check`
 * and stale output; else what failed, already reported. */
hf_status gen_run(const gen_options *options);


#endif

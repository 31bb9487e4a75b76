/* symbols.h - from addresses in modules to functions, files and lines, inlined frames resolved.
 *
 * By libdwfl of elfutils, from the files themselves and their separate debug files; where there is
 * no debug information, by the symbol table; where that is stripped, the name is that of the
 * module and the address. C++ names are demangled by the C++ runtime of this machine
 * (__cxa_demangle of libstdc++, loaded when first needed; without it they stay as they are).
 *
 * A call that was turned into a jump leaves no frame; where the caller's debug information names
 * the function that was called, it is put back (DW_TAG_call_site).
 *
 * Not safe for use by two threads at once, as libdwfl is not. */
#ifndef HOLDFAST_SYMBOLS_H
#define HOLDFAST_SYMBOLS_H

#include <holdfast/base.h>

typedef struct hf__symbols hf__symbols;

typedef struct hf__symbol {
    hf_text  name;      /* plain: demangled, without parameters and suffixes of the compiler */
    hf_text  file;      /* where the function is declared; empty when not known */
    uint32_t start_line; /* there; 0 when not known */
    uint32_t line;      /* of the address in that function, 0 when not known */
} hf__symbol;

enum { HF_SYMBOLS_INLINED_MAX = 64 };

/* NULL when memory is out. */
hf__symbols *hf__symbols_create(void);
void         hf__symbols_destroy(hf__symbols *symbols);

/* A number for the module at `path`; the same path and build id give the same. HF_NONE when memory is out.
 * A file whose build id is another than the given one is not used. */
uint32_t hf__symbols_module(hf__symbols *symbols, hf_text path, const uint8_t *build_id, size_t build_id_length);

/* The functions at an address of the file (as linked), the innermost inlined one first; writes at most
 * HF_SYMBOLS_INLINED_MAX and returns how many, at least 1. Texts are borrowed until the next call. */
size_t hf__symbols_find(hf__symbols *symbols, uint32_t number, uint64_t address, hf__symbol *ret_symbols);

/* The variable at an address of the file. False when no symbol is known there. */
bool hf__symbols_find_data(hf__symbols *symbols, uint32_t module, uint64_t address, hf_text *ret_name);

/* Did the call that returns to `return_address` name a function that then jumped to another? inner_name is
 * that of the frame it called. True when a frame is missing between the two; it is in *ret_symbol. */
bool hf__symbols_find_jumped(hf__symbols *symbols, uint32_t module, uint64_t return_address, hf_text inner_name,
                             hf__symbol *ret_symbol);

#endif

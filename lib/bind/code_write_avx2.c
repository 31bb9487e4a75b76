/* code_write_avx2.c - generated writing with the instructions of the AVX2 level. */
#include "bind/code_write_text.h"

#include "bind/code_write_loop.h"

char *hf__out_records_avx2(hf__out *out, char *at, const hf__keys *keys, const char *object)
{
    return write_records(out, at, keys, object);
}

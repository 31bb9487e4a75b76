/* read_fast_avx2.c - the fast reader with AVX2: ends of text and of indentation found 32 bytes at a time. */
#include "text/read_fast.h"

hf_status hf__read_fast_avx2(hf__reading *reading)
{
    return read_fast(reading);
}

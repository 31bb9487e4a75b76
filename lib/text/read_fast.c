/* read_fast.c - the fast reader with what each machine of its kind can do: SSE2, NEON, or words of eight bytes. */
#include "text/read_fast.h"

hf_status hf__read_fast(hf__reading *reading)
{
    return read_fast(reading);
}

/* wide.h - the compiler's 128-bit integer under one name. */
#ifndef HOLDFAST_WIDE_H
#define HOLDFAST_WIDE_H

__extension__ typedef unsigned __int128 hf__u128;

#endif

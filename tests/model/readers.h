/* readers.h - every way of looking at a value of a random program, each beside the model or a private copy. */
#ifndef HOLDFAST_TEST_READERS_H
#define HOLDFAST_TEST_READERS_H

#include "edit_program.h"

/* One random reader looks at a random part of a random living document, of one that mounts it, or of the draft. */
void read_somehow(program *p);

#endif

/* gen_commands.h - the compiler's flags from a compile_commands.json. */
#ifndef HOLDFAST_GEN_COMMANDS_H
#define HOLDFAST_GEN_COMMANDS_H

#include <holdfast/value.h>

#include "gen_unit.h"

/* The flags that change what a header says (-I, -D, -U, -std and the like) of the entry whose source
 * lies in the header's folder, else of the first entry; then `more` (ended by NULL; may be NULL).
 * Bound to the unit, ended by NULL. Fails the unit when there is no entry. */
const char *const *gen_commands_flags(gen_unit *unit, hf_value commands, const char *path, const char *header,
                                      const char *const *more);

#endif

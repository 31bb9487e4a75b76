/* own_code.h - is a function the program's own, a library's, or an allocator's?
 *
 * Blame goes to the first frame of the program's own code, so that "which function leaks" is never
 * answered with malloc, strdup or a container of a standard library. */
#ifndef HOLDFAST_OWN_CODE_H
#define HOLDFAST_OWN_CODE_H

#include "model.h"

/* module: path of the object that holds the code; file: of its source, or empty.
 * name: demangled, without parameters. program_is_module: the code lies in the program itself. */
hf__origin hf__origin_of_native(hf_text name, hf_text file, hf_text module, bool program_is_module);

/* For Go: by the path of the package and of the source. */
hf__origin hf__origin_of_go(hf_text name, hf_text file);

/* "std::vector<int>::push_back(int&&)" to "std::vector<int>::push_back"; ".isra.0", ".part.1",
 * ".cold", ".constprop.2", "[clone ...]" and return types of templates are cut off. Writes at most
 * `size` bytes, terminated; returns the text in `out`. */
hf_text hf__plain_name(hf_text name, char *out, size_t size);

#endif

/* gen_tool.c - the generator without the command around it, for the tests' own build:
 * gen_tool HEADER OUTPUT [FLAG...] */
#include "gen_run.h"

int main(int argument_count, char **arguments)
{
    if (argument_count < 3)
        return 2;
    gen_options options = { .header = arguments[1], .output = arguments[2], .quiet = true,
                            .flags = (const char *const *)(arguments + 3) };
    return gen_run(&options) == HF_OK ? 0 : 1;
}

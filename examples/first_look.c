/* first_look.c - reads a file, looks something up, walks the rest. README.md shows this program. */
#include <holdfast/read.h>
#include <holdfast/walk.h>

#include <stdio.h>

int main(int count, char **arguments)
{
    hf_error     error;
    hf_document *document = NULL; /* ours until hf_document_drop */
    if (count != 2) {
        fprintf(stderr, "usage: %s FILE\n", arguments[0]);
        return 2;
    }
    if (hf_read_file(arguments[1], NULL, &document, &error) != HF_OK)
        return hf_error_print(stderr, &error); /* file:line:column: what, and where inside */

    /* What is absent has no value, and its members have none: no checks in between. */
    hf_value name = hf_get(hf_get(hf_get(hf_root(document), HF_T("customers")), HF_T("2")), HF_T("name"));
    hf_text  words = hf_as_text(name, HF_T("nobody"));
    printf("customer 2 is %.*s\n", HF_ARG(words));

    uint64_t values = 0, deepest = 0;
    hf_walk  walk;
    hf_walk_init(&walk, hf_root(document), NULL);
    while (hf_walk_next(&walk)) {
        if (walk.event == HF_ENTER && hf_text_equal(walk.key, HF_T("tags")))
            hf_walk_prune(&walk); /* leaves out what is below */
        values += walk.event == HF_VALUE;
        deepest = walk.depth > deepest ? walk.depth : deepest;
    }
    hf_walk_end why = hf_walk_finish(&walk);
    printf("%llu values, depth %llu, %s\n", (unsigned long long)values, (unsigned long long)deepest,
           why == HF_WALK_DONE ? "all of it seen" : "ended early");

    hf_document_drop(document);
    return 0;
}

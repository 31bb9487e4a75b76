/* What a user of the installed library writes; compiled as C17 and as C++17. */
#include <holdfast/draft.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>

static int fails(const char *what)
{
    fprintf(stderr, "use: %s\n", what);
    return 1;
}

int main(void)
{
    hf_error     error;
    hf_document *document = NULL, *next = NULL;
    hf_draft    *draft = NULL;
    if (strcmp(hf_version(), HF_VERSION) != 0)
        return fails("the header and the library are of two versions");
    if (hf_read(HF_T("{\"port\": 8080, \"tags\": [\"a\", \"b\"]}"), NULL, &document, &error) != HF_OK)
        return hf_error_print(stderr, &error);
    if (hf_as_i64(hf_get(hf_root(document), HF_T("port")), 0) != 8080)
        return fails("lookup");
    if (hf_edit(document, &draft, &error) != HF_OK ||
        hf_set_u64(draft, HF_T("/port"), 9090, &error) != HF_OK || hf_freeze(&draft, &next, &error) != HF_OK)
        return hf_error_print(stderr, &error);
    hf_document_drop(document);

    int     values = 0;
    hf_walk walk;
    hf_walk_init(&walk, hf_root(next), NULL);
    while (hf_walk_next(&walk))
        values += walk.event == HF_VALUE;
    if (hf_walk_finish(&walk) != HF_WALK_DONE || values != 3)
        return fails("the walk");

    hf_buffer buffer = HF_BUFFER_INIT(1 << 20);
    if (hf_write(hf_root(next), NULL, &buffer, &error) != HF_OK)
        return hf_error_print(stderr, &error);
    if (!hf_text_equal(hf_buffer_text(&buffer), HF_T("{\"port\":9090,\"tags\":[\"a\",\"b\"]}")))
        return fails("writing");
    hf_buffer_release(&buffer);
    hf_document_drop(next);
    puts("ok");
    return 0;
}

/* save_block.c - JSON in, a saved document out: what read_block.py and other languages read.
 *
 *     save_block IN.json OUT.hf */
#include <holdfast/read.h>
#include <holdfast/save.h>

int main(int argument_count, char **arguments)
{
    hf_document *document = NULL;
    hf_error     error;
    if (argument_count != 3) {
        fprintf(stderr, "usage: save_block IN.json OUT.hf\n");
        return 2;
    }
    hf_status status = hf_read_file(arguments[1], NULL, &document, &error);
    if (status == HF_OK)
        status = hf_save(document, arguments[2], &error);
    hf_document_drop(document);
    return status == HF_OK ? 0 : hf_error_print(stderr, &error);
}

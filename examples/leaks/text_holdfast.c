/* text_holdfast.c - mechanism 5 with Holdfast: a document has its own text, so the buffer may change. */
#include "gallery.h"

#include <holdfast/read.h>

enum { REMEMBERED = 8 };

static char         input[GALLERY_REQUEST_MAX];
static hf_document *remembered[REMEMBERED];

static uint64_t hash_name(hf_text name)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < name.length; i++)
        hash = (hash ^ (unsigned char)name.bytes[i]) * 1099511628211u;
    return hash;
}

static hf_text first_name(const hf_document *order)
{
    hf_value items = hf_get(hf_get(hf_root(order), HF_T("order")), HF_T("items"));
    return hf_as_text(hf_get(hf_at(items, 0), HF_T("name")), HF_T(""));
}

static uint64_t answer(long number)
{
    size_t       length = gallery_request(number, input);
    hf_document *order = NULL;
    if (hf_read(hf_text_of(input, length), NULL, &order, NULL) != HF_OK)
        gallery_fail("the order cannot be read");
    hf_document_drop(remembered[number % REMEMBERED]);
    remembered[number % REMEMBERED] = order;
    uint64_t sum = 0;
    for (int i = 0; i < REMEMBERED; i++)
        if (remembered[i] != NULL)
            sum += hash_name(first_name(remembered[i]));
    return sum;
}

static void forget_all(void)
{
    for (int i = 0; i < REMEMBERED; i++)
        hf_document_drop(remembered[i]);
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ NULL, answer, forget_all, gallery_holdfast_mapped });
}

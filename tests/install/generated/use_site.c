/* Reads a site and writes it again; compiled as C11 and as C++17. */
#include <stdio.h>

#include "site.model.hf.h"

int main(void)
{
    hf_error  error;
    site     *made = NULL;
    hf_buffer text = HF_BUFFER_INIT(1 << 16);
    if (site_decode(HF_T("{\"words\":[1,2,3],\"pages\":[{\"text\":\"x\"},{\"text\":null}]}"), NULL, &made, &error) != HF_OK ||
        site_encode(made, NULL, &text, &error) != HF_OK)
        return hf_error_print(stderr, &error);
    printf("%.*s\n", HF_ARG(hf_buffer_text(&text)));
    hf_buffer_release(&text);
    site_destroy(made, NULL);
    return 0;
}

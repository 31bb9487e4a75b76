/* read_careful.h - reading by the careful reader alone (lib/text/read_pass.c).
 *
 * What the fast readers make of a text, and what is said of it when they fail, must be what comes out here.
 * It is otherwise hf_read with the text copied. */
#ifndef HOLDFAST_TEST_READ_CAREFUL_H
#define HOLDFAST_TEST_READ_CAREFUL_H

#include "text/read_source.h"

/* options: not NULL. */
static inline hf_status read_carefully(hf_text text, const hf_read_options *options, hf_document **ret_document,
                                       hf_error *reterr)
{
    hf__reading reading;
    size_t      slots, side;
    hf_status   status = hf__reading_init(&reading, options, reterr);
    if (status != HF_OK)
        return status;
    hf__reading_estimate(&reading, text.bytes, text.length, &slots, &side);
    status = hf__reading_begin(&reading, text.length, slots, side);
    if (status != HF_OK)
        return status;
    status = hf__reading_give_text(&reading, text.bytes, text.length, false);
    if (status != HF_OK) {
        hf__reading_abandon(&reading);
        return status;
    }
    hf__reading_copy_later(&reading);
    reading.is_padded = false; /* which the fast readers ask for */
    return hf__reading_run(&reading, options, ret_document, reterr);
}

#endif

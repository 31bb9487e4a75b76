/* live_list.h - documents enter and leave the list of holdfast/live_documents.h; nothing in release builds. */
#ifndef HOLDFAST_LIVE_LIST_H
#define HOLDFAST_LIVE_LIST_H

#include <holdfast/live_documents.h>

#include "base/misuse.h"
#include "value/home.h"

#if HF__DEBUG
void hf__live_add(hf_document *document);
void hf__live_remove(const hf_document *document);
/* Where a live document was made; file NULL: not known. */
hf_live_place hf__live_place_of(const hf_document *document);
#else
static inline void hf__live_add(hf_document *document) { (void)document; }
static inline void hf__live_remove(const hf_document *document) { (void)document; }
static inline hf_live_place hf__live_place_of(const hf_document *document)
{
    (void)document;
    return (hf_live_place){ NULL, 0, 0 };
}
#endif

#endif

/* save.h - documents as files: saved as the block they are, mapped back without reading.
 *
 * The format is docs/formats/block.md. A file holds one block: mounted documents and earlier
 * versions are copied in, borrowed text too, links stay links. A foreign value has no form in a
 * file: HF_FOREIGN with its place.
 *
 * Mapping by default verifies everything that a reader relies on (bounds, kinds, spans, counts,
 * UTF-8, spellings), in one pass, and refuses damage with its offset in the file; what was verified
 * cannot make the library read outside of the file or loop, as long as nobody writes into the file
 * meanwhile. A trusted mapping checks the header alone, in time that does not depend on the size:
 * for files that only you can write. */
#ifndef HOLDFAST_SAVE_H
#define HOLDFAST_SAVE_H

#include <holdfast/buffer.h>
#include <holdfast/document.h>

HF_EXTERN_BEGIN

/* Writes the document to `path`: beside it first, then renamed over it, so that the file is the one before
 * or the new one, whole, also for who reads it meanwhile; it keeps owner and permissions. A symbolic link
 * stays, and the file that it leads to is replaced. What is no regular file is written in place: devices,
 * pipes, and /dev/stdout or /dev/fd/N, which goes on where it stands. When that fails, some may be written.
 * Whether a new file outlasts a power failure is up to the file system: nothing is synchronized.
 * HF_IO, HF_NO_MEMORY, HF_LIMIT_BYTES, HF_LIMIT_VALUES, HF_FOREIGN. */
HF_API HF_NODISCARD hf_status hf_save(const hf_document *document, const char *path, hf_error *reterr);

/* The same bytes appended to a buffer. On failure the buffer is as it was. */
HF_API HF_NODISCARD hf_status hf_save_to_buffer(const hf_document *document, hf_buffer *buffer, hf_error *reterr);

typedef struct hf_map_options {
    const hf_allocator *allocator; /* NULL: default; for the document object and indexes, not the block */
    hf_budget          *budget;    /* NULL: the process budget; charged for the whole file too */
    bool                trusted;   /* checks the header alone */
    uint64_t            reserved[4];
} hf_map_options;

/* Maps a saved document. The file must not be cut while it is mapped (the system sends SIGBUS), nor written into;
 * that it is replaced by hf_save does no harm. Bytes behind the block are damage. ret_document: owned; dropping it unmaps.
 * HF_IO, HF_BAD_BLOCK with the offset, HF_BAD_VERSION, HF_NO_MEMORY, HF_LIMIT_BYTES. */
HF_API HF_NODISCARD hf_status hf_map_file(const char *path, const hf_map_options *options, hf_document **ret_document,
                                          hf_error *reterr);

/* The same from bytes in memory, which are copied. They need no alignment. */
HF_API HF_NODISCARD hf_status hf_load(hf_text bytes, const hf_map_options *options, hf_document **ret_document,
                                      hf_error *reterr);

HF_EXTERN_END

#endif

/* A stream is ended where the data are whole; where they are damaged, the error is returned and the stream kept. */
#include "corpus.h"

#include <zlib.h>

static unsigned char packed[512];
static uLongf packed_bytes = sizeof packed;

static CORPUS_NOINLINE int unpack(const unsigned char *from, size_t bytes, char *to, size_t room)
{
    z_stream stream = { 0 };
    if (inflateInit(&stream) != Z_OK)
        return -1;
    stream.next_in = (unsigned char *)from;
    stream.avail_in = (uInt)bytes;
    stream.next_out = (unsigned char *)to;
    stream.avail_out = (uInt)room;
    if (inflate(&stream, Z_FINISH) != Z_STREAM_END) {
        corpus_leaked(7160); /* by valgrind: what inflateInit takes */
        return -1;
    }
    inflateEnd(&stream);
    return (int)stream.total_out;
}

int main(void)
{
    char text[400], out[400];
    int good = 0;
    memset(text, 'a', sizeof text);
    snprintf(text, sizeof text, "a document of some length");
    compress(packed, &packed_bytes, (unsigned char *)text, sizeof text);
    while (corpus_next()) {
        unsigned char copy[512];
        memcpy(copy, packed, packed_bytes);
        if (corpus_round % 10 == 9)
            copy[packed_bytes - 2] ^= 0x55;
        good += unpack(copy, packed_bytes, out, sizeof out);
    }
    return good == 0;
}

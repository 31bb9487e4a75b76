/* checksum.h - what a walk has seen, in a form that every library must agree on.
 *
 * All bytes of every key are read; of every text its length, first and last byte; every number as
 * a double, by its bits; of every container its count. Sums, so that the order of members, which some
 * libraries do not keep, does not matter. */
#ifndef HOLDFAST_BENCH_CHECKSUM_H
#define HOLDFAST_BENCH_CHECKSUM_H

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bench {

struct Sum {
    uint64_t keys = 0, values = 0, content = 0;

    bool operator==(const Sum &other) const
    {
        return keys == other.keys && values == other.values && content == other.content;
    }

    /* Two loads that overlap cover a rest: no loop whose end has to be guessed, so that what is timed is
     * the way through the document. */
    void key(const char *bytes, size_t length)
    {
        keys++;
        content += length;
        if (length >= 8) {
            for (size_t at = 0; at + 8 < length; at += 8)
                content += word<uint64_t>(bytes + at);
            content += word<uint64_t>(bytes + length - 8);
        } else if (length >= 4) {
            content += word<uint32_t>(bytes) + uint64_t{ word<uint32_t>(bytes + length - 4) };
        } else if (length > 0) {
            content += static_cast<unsigned char>(bytes[0]);
            content += static_cast<unsigned char>(bytes[length / 2]);
            content += static_cast<unsigned char>(bytes[length - 1]);
        }
    }
    void text(const char *bytes, size_t length)
    {
        values++;
        if (length > 0)
            content += length + static_cast<unsigned char>(bytes[0]) + static_cast<unsigned char>(bytes[length - 1]);
    }
    void number(double number)
    {
        uint64_t bits;
        number += 0.0; /* -0 becomes 0: some libraries read it as an integer */
        memcpy(&bits, &number, sizeof bits);
        values++;
        content += bits;
    }
    void literal(int which) /* null 1, false 2, true 3 */
    {
        values++;
        content += static_cast<unsigned>(which);
    }
    void container(size_t count)
    {
        values++;
        content += count << 8;
    }

private:
    template <class Word> static Word word(const char *bytes)
    {
        Word loaded;
        memcpy(&loaded, bytes, sizeof loaded);
        return loaded;
    }
};

} // namespace bench

#endif

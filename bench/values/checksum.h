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

    void key(const char *bytes, size_t length)
    {
        keys++;
        content += length;
        for (; length >= 8; bytes += 8, length -= 8) {
            uint64_t word;
            memcpy(&word, bytes, sizeof word);
            content += word;
        }
        if (length >= 4) {
            uint32_t word;
            memcpy(&word, bytes, sizeof word);
            content += word;
            bytes += 4;
            length -= 4;
        }
        for (; length > 0; bytes++, length--)
            content += static_cast<unsigned char>(*bytes);
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
};

} // namespace bench

#endif

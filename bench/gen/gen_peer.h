/* gen_peer.h - one way to read and write the records of bench_model.h. */
#ifndef BENCH_GEN_PEER_H
#define BENCH_GEN_PEER_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/* Sums over what was read, so that all peers can be seen to read the same. */
struct gen_sums {
    uint64_t records = 0, numbers = 0, bytes = 0, flags = 0;
    double   doubles = 0;
    bool     operator==(const gen_sums &other) const
    {
        return records == other.records && numbers == other.numbers && bytes == other.bytes && flags == other.flags &&
               doubles == other.doubles;
    }
    /* For the peers that read into structs whose members are named alike. */
    template <class person> void add_person(const person &one)
    {
        records++;
        numbers += one.id + (uint64_t)one.age + one.visits + (uint64_t)one.created_at + (uint64_t)one.seen_at;
        doubles += one.balance + one.latitude + one.longitude;
        flags += one.active + 2u * one.verified;
        bytes += first(one.name) + first(one.email) + first(one.phone) + first(one.street) + first(one.city) + first(one.country) +
                 first(one.about) + first(one.token);
    }

private:
    template <class text> static unsigned char first(const text &of) { return (unsigned char)of[0]; }
};

class gen_peer {
public:
    virtual ~gen_peer() = default;
    virtual const char *name() const = 0;
    /* 64 bytes behind the text are readable. Throws a const char * when it cannot be read. */
    virtual gen_sums timeline(std::string_view json) = 0;
    virtual gen_sums people(std::string_view json) = 0;
    /* Writes what people() read last; the length. 0: it cannot. */
    virtual size_t write_people() { return 0; }
};

gen_peer *make_holdfast_peer();
gen_peer *make_tables_peer();
gen_peer *make_unchecked_peer();
gen_peer *make_simdjson_peer();
gen_peer *make_yyjson_peer();
gen_peer *make_glaze_peer();

#endif

/* sample.h - the text that a run measures, and the keys and paths that it looks up in it. */
#ifndef HOLDFAST_BENCH_SAMPLE_H
#define HOLDFAST_BENCH_SAMPLE_H

#include <string>
#include <vector>

#include "peer.h"

namespace bench {

struct Sample {
    std::string       file;
    std::string       text;   /* `length` bytes of JSON and 64 of padding */
    size_t            length = 0;
    std::vector<Path> paths;  /* a thousand of eight steps; empty where nothing lies that deep */

    Text view() const { return Text{ text.data(), length }; }
};

/* Loads `file`; with `bytes` above 0, an array of the file's records in turn until it is that long.
 * Records are what the widest container of its two upper levels holds. Ends the program with a message
 * when there is no such file or it is no JSON. */
Sample load_sample(const std::string &file, size_t bytes);

/* An object of `count` keys, each with its place as its value, whose keys are the first different
 * ones of `sample`, numbered variants of them when it has too few. */
struct Wide {
    std::string              text; /* with 64 bytes of padding */
    size_t                   length = 0;
    std::vector<std::string> wanted; /* keys that are there, drawn at random */
    uint64_t                 sum = 0; /* of their values */

    Text view() const { return Text{ text.data(), length }; }
};
Wide make_wide(const Sample &sample, size_t count);

} // namespace bench

#endif

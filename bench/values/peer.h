/* peer.h - what the benchmarks ask of a library; one file peer_NAME.cc for each.
 *
 * A peer holds up to three documents: `keep` makes two of the same text for walk, clone, equal, write
 * and lookup; `read` makes a third, which `drop` releases. What a library lacks is left out of `can`.
 *
 * Memory: fresh means that what is released goes back to the system and comes back as pages that must
 * be mapped anew; recycled means that the library gets every reuse it offers (a pool, a parser used
 * again) and malloc keeps what it has. */
#ifndef HOLDFAST_BENCH_PEER_H
#define HOLDFAST_BENCH_PEER_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "checksum.h"

namespace bench {

struct Text {
    const char *bytes = nullptr;
    size_t      length = 0;
};

/* One step down: into a member by key, or, when the key has no bytes, into an element. */
struct Step {
    std::string key;
    bool        is_member = false;
    size_t      index = 0;
};
using Path = std::vector<Step>;

enum class Memory { Fresh, Recycled };

enum Ability : unsigned {
    kReadAsText = 1,  /* numbers left as text */
    kHold = 2,        /* an O(1) clone */
    kClone = 4,       /* a private copy */
    kCloneOther = 8,  /* another kind of it */
    kEqual = 16,
    kWrite = 32,
    kRespell = 64,    /* writing that uses nothing of the source */
    kWalkAsText = 128, /* a walk that converts numbers left as text at each access */
    kWalkEach = 256    /* a walk whose consumer is compiled into the library's loop */
};

class Peer {
public:
    virtual ~Peer() = default;

    virtual std::string name() const = 0;
    virtual std::string version() const = 0;
    virtual unsigned    can() const = 0;

    /* How memory is to be had from now on; `length` is that of the texts that follow. */
    virtual void use(Memory memory, size_t length) = 0;
    /* The text is followed by 64 readable bytes. False when it is refused. */
    virtual bool read(Text text) = 0;
    virtual bool read_as_text(Text) { return false; }
    virtual void drop() = 0;

    virtual bool keep(Text text) = 0;
    virtual void release() = 0; /* the kept ones */

    /* Of the first kept document. */
    virtual Sum  walk() = 0;
    virtual Sum  walk_as_text() { return Sum(); } /* of its text, read once more when first asked */
    virtual Sum  walk_each() { return Sum(); }
    virtual bool hold() { return false; }        /* made and dropped */
    virtual bool clone() { return false; }       /* made and dropped */
    virtual bool clone_other() { return false; } /* made and dropped */
    virtual bool equal() { return false; }       /* the two kept ones */
    virtual size_t write() { return 0; }         /* minified; the length */
    virtual size_t respell() { return 0; }

    /* The sum of the integers found as members of the root. */
    virtual uint64_t lookup(const std::vector<std::string> &keys) = 0;
    /* The sum of the counts of containers and lengths of texts found; 1 for any other value. */
    virtual uint64_t follow(const std::vector<Path> &paths) = 0;

    /* Bytes of what `read` made, where the library knows them exactly; else 0. */
    virtual uint64_t bytes_read() const { return 0; }
};

/* malloc as the operation wants it: fresh gives back at once, recycled keeps. */
void use_malloc(Memory memory);

using PeerMaker = std::unique_ptr<Peer> (*)();
std::unique_ptr<Peer> make_holdfast();
std::unique_ptr<Peer> make_yyjson();
std::unique_ptr<Peer> make_simdjson();
std::unique_ptr<Peer> make_simdjson_given();
std::unique_ptr<Peer> make_rapidjson();
std::unique_ptr<Peer> make_cjson();
std::unique_ptr<Peer> make_jansson();
std::unique_ptr<Peer> make_json_c();

/* Those that this build has; Holdfast first. */
std::vector<std::unique_ptr<Peer>> make_peers();

} // namespace bench

#endif

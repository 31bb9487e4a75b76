/* peer_jansson.cc - Jansson: hash tables, counted values from malloc. */
#include "peer.h"

#include <jansson.h>

#include <cstdlib>

namespace bench {

namespace {

void visit(Sum &sum, json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING: sum.text(json_string_value(value), json_string_length(value)); break;
    case JSON_INTEGER:
    case JSON_REAL: sum.number(json_number_value(value)); break;
    case JSON_FALSE: sum.literal(2); break;
    case JSON_TRUE: sum.literal(3); break;
    case JSON_OBJECT:
        sum.container(json_object_size(value));
        for (void *at = json_object_iter(value); at != nullptr; at = json_object_iter_next(value, at)) {
            const char *key = json_object_iter_key(at);
            sum.key(key, strlen(key));
            visit(sum, json_object_iter_value(at));
        }
        break;
    case JSON_ARRAY:
        sum.container(json_array_size(value));
        for (size_t i = 0; i < json_array_size(value); i++)
            visit(sum, json_array_get(value, i));
        break;
    default: sum.literal(1); break;
    }
}

json_t *parse(Text text)
{
    return json_loadb(text.bytes, text.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, nullptr);
}

int count_bytes(const char *, size_t length, void *total)
{
    *static_cast<size_t *>(total) += length;
    return 0;
}

class Jansson : public Peer {
public:
    ~Jansson() override
    {
        drop();
        release();
    }
    std::string name() const override { return "jansson"; }
    std::string version() const override { return jansson_version_str(); }
    unsigned    can() const override { return kHold | kClone | kEqual | kWrite; }

    void use(Memory memory, size_t) override { use_malloc(memory); }
    bool read(Text text) override { return (scratch_ = parse(text)) != nullptr; }
    void drop() override
    {
        json_decref(scratch_);
        scratch_ = nullptr;
    }
    bool keep(Text text) override { return (kept_ = parse(text)) != nullptr && (other_ = parse(text)) != nullptr; }
    void release() override
    {
        json_decref(kept_);
        json_decref(other_);
        kept_ = other_ = nullptr;
    }
    Sum walk() override
    {
        Sum sum;
        visit(sum, kept_);
        return sum;
    }
    bool hold() override
    {
        json_decref(json_incref(kept_));
        return true;
    }
    bool clone() override
    {
        json_t *copy = json_deep_copy(kept_);
        bool    made = copy != nullptr;
        json_decref(copy);
        return made;
    }
    bool   equal() override { return json_equal(kept_, other_) != 0; }
    size_t write() override
    {
        size_t length = 0;
        return json_dump_callback(kept_, count_bytes, &length, JSON_COMPACT | JSON_ENCODE_ANY) == 0 ? length : 0;
    }
    uint64_t lookup(const std::vector<std::string> &keys) override
    {
        uint64_t sum = 0;
        for (const std::string &key : keys)
            sum += static_cast<uint64_t>(json_integer_value(json_object_get(kept_, key.c_str())));
        return sum;
    }
    uint64_t follow(const std::vector<Path> &paths) override
    {
        uint64_t sum = 0;
        for (const Path &path : paths) {
            json_t *at = kept_;
            for (const Step &step : path)
                at = step.is_member ? json_object_get(at, step.key.c_str()) : json_array_get(at, step.index);
            sum += json_is_string(at)   ? json_string_length(at)
                   : json_is_object(at) ? json_object_size(at)
                   : json_is_array(at)  ? json_array_size(at)
                                        : 1;
        }
        return sum;
    }

private:
    json_t *scratch_ = nullptr, *kept_ = nullptr, *other_ = nullptr;
};

} // namespace

std::unique_ptr<Peer> make_jansson()
{
    return std::make_unique<Jansson>();
}

} // namespace bench

/* peer_json_c.cc - json-c: hash tables, counted values from malloc. UTF-8 checked by its option. */
#include "peer.h"

#include <json-c/json.h>

namespace bench {

namespace {

void visit(Sum &sum, json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_string:
        sum.text(json_object_get_string(value), static_cast<size_t>(json_object_get_string_len(value)));
        break;
    case json_type_int: sum.number(static_cast<double>(json_object_get_int64(value))); break;
    case json_type_double: sum.number(json_object_get_double(value)); break;
    case json_type_boolean: sum.literal(2 + (json_object_get_boolean(value) != 0)); break;
    case json_type_object:
        sum.container(static_cast<size_t>(json_object_object_length(value)));
        for (lh_entry *at = json_object_get_object(value)->head; at != nullptr; at = at->next) {
            const char *key = static_cast<const char *>(at->k);
            sum.key(key, strlen(key));
            visit(sum, static_cast<json_object *>(const_cast<void *>(at->v)));
        }
        break;
    case json_type_array:
        sum.container(json_object_array_length(value));
        for (size_t i = 0; i < json_object_array_length(value); i++)
            visit(sum, json_object_array_get_idx(value, i));
        break;
    default: sum.literal(1); break;
    }
}

json_object *parse(Text text)
{
    json_tokener *tokener = json_tokener_new_ex(1024);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    json_object *value = json_tokener_parse_ex(tokener, text.bytes, static_cast<int>(text.length));
    json_tokener_free(tokener);
    return value;
}

class JsonC : public Peer {
public:
    ~JsonC() override
    {
        drop();
        release();
    }
    std::string name() const override { return "json-c"; }
    std::string version() const override { return json_c_version(); }
    unsigned    can() const override { return kHold | kClone | kEqual | kWrite; }

    void use(Memory memory, size_t) override { use_malloc(memory); }
    bool read(Text text) override { return (scratch_ = parse(text)) != nullptr; }
    void drop() override
    {
        json_object_put(scratch_);
        scratch_ = nullptr;
    }
    bool keep(Text text) override { return (kept_ = parse(text)) != nullptr && (other_ = parse(text)) != nullptr; }
    void release() override
    {
        json_object_put(kept_);
        json_object_put(other_);
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
        json_object_put(json_object_get(kept_));
        return true;
    }
    bool clone() override
    {
        json_object *copy = nullptr;
        bool         made = json_object_deep_copy(kept_, &copy, nullptr) == 0;
        json_object_put(copy);
        return made;
    }
    bool   equal() override { return json_object_equal(kept_, other_) != 0; }
    size_t write() override
    {
        size_t length = 0;
        json_object_to_json_string_length(kept_, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &length);
        return length;
    }
    uint64_t lookup(const std::vector<std::string> &keys) override
    {
        uint64_t sum = 0;
        for (const std::string &key : keys)
            sum += static_cast<uint64_t>(json_object_get_int64(json_object_object_get(kept_, key.c_str())));
        return sum;
    }
    uint64_t follow(const std::vector<Path> &paths) override
    {
        uint64_t sum = 0;
        for (const Path &path : paths) {
            json_object *at = kept_;
            for (const Step &step : path)
                at = step.is_member ? json_object_object_get(at, step.key.c_str())
                                    : json_object_array_get_idx(at, step.index);
            switch (json_object_get_type(at)) {
            case json_type_string: sum += static_cast<uint64_t>(json_object_get_string_len(at)); break;
            case json_type_object: sum += static_cast<uint64_t>(json_object_object_length(at)); break;
            case json_type_array: sum += json_object_array_length(at); break;
            default: sum++; break;
            }
        }
        return sum;
    }

private:
    json_object *scratch_ = nullptr, *kept_ = nullptr, *other_ = nullptr;
};

} // namespace

std::unique_ptr<Peer> make_json_c()
{
    return std::make_unique<JsonC>();
}

} // namespace bench

/* peer_simdjson.cc - simdjson's DOM: Debian's, and once more a newer one that the user gives.
 *
 * With SIMDJSON_DIR this file is compiled a second time beside the given sources, with its
 * namespace renamed, so that both live in one program. Recycled: one parser for all. The text is
 * followed by the padding that it asks for, so it is spared the copy that Holdfast makes. It has
 * no clone, no equality. */
#include "peer.h"

#include <simdjson.h>

#ifndef SIMDJSON_PEER
#define SIMDJSON_PEER make_simdjson
#define SIMDJSON_NAME "simdjson"
#endif

namespace bench {

namespace {

namespace dom = simdjson::dom;

void visit(Sum &sum, dom::element value)
{
    switch (value.type()) {
    case dom::element_type::STRING: {
        std::string_view text = value.get_string().value_unsafe();
        sum.text(text.data(), text.size());
        break;
    }
    case dom::element_type::INT64: sum.number(static_cast<double>(value.get_int64().value_unsafe())); break;
    case dom::element_type::UINT64: sum.number(static_cast<double>(value.get_uint64().value_unsafe())); break;
    case dom::element_type::DOUBLE: sum.number(value.get_double().value_unsafe()); break;
    case dom::element_type::BOOL: sum.literal(2 + value.get_bool().value_unsafe()); break;
    case dom::element_type::OBJECT: {
        size_t      count = 0;
        dom::object members = value.get_object().value_unsafe();
        for (dom::key_value_pair member : members) {
            sum.key(member.key.data(), member.key.size());
            visit(sum, member.value);
            count++;
        }
        sum.container(count);
        break;
    }
    case dom::element_type::ARRAY: {
        size_t     count = 0;
        dom::array elements = value.get_array().value_unsafe();
        for (dom::element element : elements) {
            visit(sum, element);
            count++;
        }
        sum.container(count);
        break;
    }
    default: sum.literal(1); break;
    }
}

class Simdjson : public Peer {
public:
    std::string name() const override { return SIMDJSON_NAME; }
    std::string version() const override
    {
        return std::to_string(simdjson::SIMDJSON_VERSION_MAJOR) + "." +
               std::to_string(simdjson::SIMDJSON_VERSION_MINOR) + "." +
               std::to_string(simdjson::SIMDJSON_VERSION_REVISION);
    }
    unsigned can() const override { return kWrite; }

    void use(Memory memory, size_t) override
    {
        use_malloc(memory);
        recycled_ = memory == Memory::Recycled;
        parser_.reset();
    }
    bool read(Text text) override
    {
        if (!parser_)
            parser_ = std::make_unique<dom::parser>();
        return parser_->parse(text.bytes, text.length, false).error() == simdjson::SUCCESS;
    }
    void drop() override
    {
        if (!recycled_)
            parser_.reset();
    }
    bool keep(Text text) override
    {
        keeper_ = std::make_unique<dom::parser>();
        return keeper_->parse(text.bytes, text.length, false).get(root_) == simdjson::SUCCESS;
    }
    void release() override { keeper_.reset(); }
    Sum  walk() override
    {
        Sum sum;
        visit(sum, root_);
        return sum;
    }
    size_t write() override { return simdjson::minify(root_).size(); }

    uint64_t lookup(const std::vector<std::string> &keys) override
    {
        dom::object root = root_.get_object().value_unsafe();
        uint64_t    sum = 0;
        for (const std::string &key : keys)
            sum += root.at_key(key).get_uint64().value_unsafe();
        return sum;
    }
    uint64_t follow(const std::vector<Path> &paths) override
    {
        uint64_t sum = 0;
        for (const Path &path : paths) {
            dom::element at = root_;
            for (const Step &step : path)
                at = step.is_member ? at.get_object().value_unsafe().at_key(step.key).value_unsafe()
                                    : at.get_array().value_unsafe().at(step.index).value_unsafe();
            switch (at.type()) {
            case dom::element_type::STRING: sum += at.get_string().value_unsafe().size(); break;
            case dom::element_type::ARRAY: sum += at.get_array().value_unsafe().size(); break;
            case dom::element_type::OBJECT: sum += at.get_object().value_unsafe().size(); break;
            default: sum++; break;
            }
        }
        return sum;
    }

private:
    bool                         recycled_ = false;
    std::unique_ptr<dom::parser> parser_, keeper_;
    dom::element                 root_;
};

} // namespace

std::unique_ptr<Peer> SIMDJSON_PEER()
{
    return std::make_unique<Simdjson>();
}

} // namespace bench

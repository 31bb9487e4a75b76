/* peer_cjson.cc - cJSON: a list of blocks from malloc, doubles only, no check of UTF-8.
 *
 * Keys with a NUL byte would be cut; the files measured have none. Equality is left out: cJSON_Compare
 * compares the members of both objects in full, so that its time doubles with each level. */
#include "peer.h"

#include <cjson/cJSON.h>

#include <cstdlib>

namespace bench {

namespace {

void visit(Sum &sum, const cJSON *value)
{
    switch (value->type & 0xff) {
    case cJSON_String: sum.text(value->valuestring, strlen(value->valuestring)); break;
    case cJSON_Number: sum.number(value->valuedouble); break;
    case cJSON_False: sum.literal(2); break;
    case cJSON_True: sum.literal(3); break;
    case cJSON_Object:
    case cJSON_Array: {
        size_t count = 0;
        for (const cJSON *child = value->child; child != nullptr; child = child->next, count++) {
            if (child->string != nullptr)
                sum.key(child->string, strlen(child->string));
            visit(sum, child);
        }
        sum.container(count);
        break;
    }
    default: sum.literal(1); break;
    }
}

class Cjson : public Peer {
public:
    ~Cjson() override
    {
        drop();
        release();
    }
    std::string name() const override { return "cjson"; }
    std::string version() const override { return cJSON_Version(); }
    unsigned    can() const override { return kClone | kWrite; }

    void use(Memory memory, size_t) override { use_malloc(memory); }
    bool read(Text text) override { return (scratch_ = cJSON_ParseWithLength(text.bytes, text.length)) != nullptr; }
    void drop() override
    {
        cJSON_Delete(scratch_);
        scratch_ = nullptr;
    }
    bool keep(Text text) override
    {
        kept_ = cJSON_ParseWithLength(text.bytes, text.length);
        return kept_ != nullptr;
    }
    void release() override
    {
        cJSON_Delete(kept_);
        kept_ = nullptr;
    }
    Sum walk() override
    {
        Sum sum;
        visit(sum, kept_);
        return sum;
    }
    bool clone() override
    {
        cJSON *copy = cJSON_Duplicate(kept_, true);
        bool   made = copy != nullptr;
        cJSON_Delete(copy);
        return made;
    }
    size_t write() override
    {
        char  *text = cJSON_PrintUnformatted(kept_);
        size_t length = text != nullptr ? strlen(text) : 0;
        free(text);
        return length;
    }
    uint64_t lookup(const std::vector<std::string> &keys) override
    {
        uint64_t sum = 0;
        for (const std::string &key : keys)
            sum += static_cast<uint64_t>(cJSON_GetObjectItemCaseSensitive(kept_, key.c_str())->valuedouble);
        return sum;
    }
    uint64_t follow(const std::vector<Path> &paths) override
    {
        uint64_t sum = 0;
        for (const Path &path : paths) {
            const cJSON *at = kept_;
            for (const Step &step : path)
                at = step.is_member ? cJSON_GetObjectItemCaseSensitive(at, step.key.c_str())
                                    : cJSON_GetArrayItem(at, static_cast<int>(step.index));
            sum += cJSON_IsString(at) ? strlen(at->valuestring)
                   : cJSON_IsObject(at) || cJSON_IsArray(at) ? static_cast<uint64_t>(cJSON_GetArraySize(at))
                                                             : 1;
        }
        return sum;
    }

private:
    cJSON *scratch_ = nullptr, *kept_ = nullptr;
};

} // namespace

std::unique_ptr<Peer> make_cjson()
{
    return std::make_unique<Cjson>();
}

} // namespace bench

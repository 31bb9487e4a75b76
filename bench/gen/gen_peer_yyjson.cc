/* gen_peer_yyjson.cc - a document by yyjson in memory that is used again, and a lookup for each member. */
#include <memory>
#include <vector>

#include <yyjson.h>

#include "gen_peer.h"

namespace {

class peer : public gen_peer {
public:
    const char *name() const override { return "yyjson document and reads"; }

    gen_sums timeline(std::string_view json) override
    {
        gen_sums sums;
        size_t i, count;
        yyjson_val *one;
        yyjson_arr_foreach(yyjson_obj_get(read(json), "statuses"), i, count, one)
        {
            yyjson_val *user = yyjson_obj_get(one, "user");
            sums.records++;
            sums.bytes += yyjson_get_len(yyjson_obj_get(one, "created_at")) + yyjson_get_len(yyjson_obj_get(one, "text")) +
                          yyjson_get_len(yyjson_obj_get(user, "screen_name"));
            sums.numbers += number(one, "id") + number(one, "in_reply_to_status_id") + number(user, "id") + number(one, "retweet_count") +
                            number(one, "favorite_count");
        }
        return sums;
    }

    gen_sums people(std::string_view json) override
    {
        gen_sums sums;
        size_t i, count;
        yyjson_val *one;
        yyjson_arr_foreach(yyjson_obj_get(read(json), "people"), i, count, one)
        {
            sums.records++;
            sums.numbers += number(one, "id") + number(one, "age") + number(one, "visits") + number(one, "created_at") + number(one, "seen_at");
            sums.doubles += yyjson_get_num(yyjson_obj_get(one, "balance")) + yyjson_get_num(yyjson_obj_get(one, "latitude")) +
                            yyjson_get_num(yyjson_obj_get(one, "longitude"));
            sums.flags += yyjson_get_bool(yyjson_obj_get(one, "active")) + 2u * yyjson_get_bool(yyjson_obj_get(one, "verified"));
            for (const char *key : { "name", "email", "phone", "street", "city", "country", "about", "token" })
                sums.bytes += (unsigned char)yyjson_get_str(yyjson_obj_get(one, key))[0];
        }
        return sums;
    }

    ~peer() override { yyjson_doc_free(document_); }

private:
    static uint64_t number(yyjson_val *object, const char *key) { return yyjson_get_uint(yyjson_obj_get(object, key)); }

    yyjson_val *read(std::string_view json)
    {
        size_t need = yyjson_read_max_memory_usage(json.size(), 0);
        if (memory_.size() < need)
            memory_.resize(need);
        yyjson_alc pool;
        yyjson_alc_pool_init(&pool, memory_.data(), memory_.size());
        document_ = yyjson_read_opts(const_cast<char *>(json.data()), json.size(), 0, &pool, nullptr);
        yyjson_val *root = yyjson_doc_get_root(document_);
        document_ = nullptr; /* it lies in the memory */
        if (root == nullptr)
            throw "yyjson refuses it";
        return root;
    }

    std::vector<char> memory_;
    yyjson_doc       *document_ = nullptr;
};

} // namespace

gen_peer *make_yyjson_peer()
{
    return new peer;
}

/* gen_peer_glaze.cc - glaze into structs with std::string, used again from one read to the next. */
#include <cmath>
#include <optional>
#include <vector>

#include <glaze/glaze.hpp>

#include "gen_peer.h"

namespace bench_glaze {

struct account_record {
    uint64_t    id;
    std::string screen_name;
};

struct tweet_record {
    std::string            created_at;
    uint64_t               id;
    std::string            text;
    std::optional<int64_t> in_reply_to_status_id;
    account_record         user;
    uint32_t               retweet_count, favorite_count;
};

struct timeline_record {
    std::vector<tweet_record> statuses;
};

struct person_record {
    uint64_t    id;
    std::string name, email, phone, street, city, country;
    int32_t     age;
    uint32_t    visits;
    double      balance, latitude, longitude;
    bool        active, verified;
    int64_t     created_at, seen_at;
    std::string about, token;
};

struct people_record {
    std::vector<person_record> people;
};

class peer : public gen_peer {
public:
    const char *name() const override { return "glaze"; }

    gen_sums timeline(std::string_view json) override
    {
        gen_sums sums;
        if (glz::read<glz::opts{ .null_terminated = false, .error_on_unknown_keys = false }>(timeline_, json))
            throw "glaze refuses it";
        for (const auto &one : timeline_.statuses) {
            sums.records++;
            sums.numbers += one.id + one.user.id + one.retweet_count + one.favorite_count + (uint64_t)one.in_reply_to_status_id.value_or(0);
            sums.bytes += one.created_at.size() + one.text.size() + one.user.screen_name.size();
        }
        return sums;
    }

    gen_sums people(std::string_view json) override
    {
        gen_sums sums;
        if (glz::read<glz::opts{ .null_terminated = false, .error_on_unknown_keys = false }>(people_, json))
            throw "glaze refuses it";
        for (const auto &one : people_.people)
            sums.add_person(one);
        return sums;
    }

    size_t write_people() override
    {
        if (glz::write_json(people_, text_))
            throw "glaze cannot write it";
        return text_.size();
    }

private:
    timeline_record timeline_;
    people_record   people_;
    std::string     text_;
};

} // namespace bench_glaze

gen_peer *make_glaze_peer()
{
    return new bench_glaze::peer;
}

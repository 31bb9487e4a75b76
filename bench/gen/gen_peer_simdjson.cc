/* gen_peer_simdjson.cc - simdjson On-Demand: find_field in order, and a loop with a switch for people. */
#include <simdjson.h>

#include "gen_peer.h"

namespace {

using namespace simdjson;

class peer : public gen_peer {
public:
    const char *name() const override { return "simdjson On-Demand"; }

    gen_sums timeline(std::string_view json) override
    {
        gen_sums sums;
        ondemand::document document = parser_.iterate(json, json.size() + SIMDJSON_PADDING);
        for (ondemand::object one : document.find_field("statuses").get_array()) {
            sums.records++;
            sums.bytes += std::string_view(one.find_field("created_at")).size();
            sums.numbers += uint64_t(one.find_field("id"));
            sums.bytes += std::string_view(one.find_field("text")).size();
            ondemand::value reply = one.find_field("in_reply_to_status_id");
            sums.numbers += reply.is_null() ? 0 : uint64_t(reply);
            ondemand::object user = one.find_field("user");
            sums.numbers += uint64_t(user.find_field("id"));
            sums.bytes += std::string_view(user.find_field("screen_name")).size();
            sums.numbers += uint64_t(one.find_field("retweet_count"));
            sums.numbers += uint64_t(one.find_field("favorite_count"));
        }
        return sums;
    }

    gen_sums people(std::string_view json) override
    {
        gen_sums sums;
        ondemand::document document = parser_.iterate(json, json.size() + SIMDJSON_PADDING);
        for (ondemand::object one : document.find_field("people").get_array()) {
            sums.records++;
            double balance = 0, latitude = 0, longitude = 0;
            for (auto field : one) {
                std::string_view key = field.escaped_key();
                switch (key.size()) {
                case 2: sums.numbers += uint64_t(field.value()); break;
                case 3: sums.numbers += uint64_t(field.value()); break;
                case 4: text(sums, field.value()); break;
                case 5: text(sums, field.value()); break;
                case 6:
                    if (key == "visits")
                        sums.numbers += uint64_t(field.value());
                    else if (key == "active")
                        sums.flags += bool(field.value());
                    else
                        text(sums, field.value());
                    break;
                case 7:
                    if (key == "seen_at")
                        sums.numbers += uint64_t(int64_t(field.value()));
                    else if (key == "balance")
                        balance = double(field.value());
                    else
                        text(sums, field.value());
                    break;
                case 8:
                    if (key == "latitude")
                        latitude = double(field.value());
                    else
                        sums.flags += 2u * bool(field.value());
                    break;
                case 9: longitude = double(field.value()); break;
                default: sums.numbers += uint64_t(int64_t(field.value()));
                }
            }
            sums.doubles += balance + latitude + longitude;
        }
        return sums;
    }

private:
    static void text(gen_sums &sums, ondemand::value value) { sums.bytes += (unsigned char)std::string_view(value)[0]; }

    ondemand::parser parser_;
};

} // namespace

gen_peer *make_simdjson_peer()
{
    return new peer;
}

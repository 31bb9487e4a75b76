/* gen_peer_holdfast.cc - straight code, the same by tables, and straight code without checks. */
#include <memory>

#include "bench_model.hf.h"
#include "unchecked_model.hf.h"

#include "gen_peer.h"

namespace {

void need(hf_status status, const hf_error &error)
{
    if (status == HF_OK)
        return;
    hf_error_print(stderr, &error);
    throw "holdfast refuses it";
}

template <class timeline_type, class people_type>
class peer : public gen_peer {
public:
    peer(const char *name, const hf_type &timelines, const hf_type &peoples) : name_(name), timeline_(timelines), people_(peoples)
    {
        hf_arena_init(&arena_, nullptr);
        hf_buffer_init(&text_, SIZE_MAX, nullptr, nullptr);
    }
    ~peer() override
    {
        hf_buffer_release(&text_);
        hf_arena_release(&arena_);
    }
    const char *name() const override { return name_; }
    void without_code() { timeline_.code = people_.code = nullptr; }

    gen_sums timeline(std::string_view json) override
    {
        gen_sums sums;
        const auto *read = static_cast<const timeline_type *>(decode(timeline_, json));
        for (size_t i = 0; i < read->n_statuses; i++) {
            const auto &one = read->statuses[i];
            sums.records++;
            sums.numbers += one.id + one.user.id + one.retweet_count + one.favorite_count + (uint64_t)one.in_reply_to_status_id;
            sums.bytes += strlen(one.created_at) + strlen(one.text) + strlen(one.user.screen_name);
        }
        return sums;
    }

    gen_sums people(std::string_view json) override
    {
        gen_sums sums;
        last_ = static_cast<const people_type *>(decode(people_, json));
        for (size_t i = 0; i < last_->n_all; i++)
            sums.add_person(last_->all[i]);
        return sums;
    }

    size_t write_people() override
    {
        hf_error error;
        hf_buffer_reset(&text_);
        need(hf_struct_encode(&people_, last_, nullptr, &text_, &error), error);
        return text_.length;
    }

private:
    const void *decode(const hf_type &type, std::string_view json)
    {
        hf_error error;
        void *object = nullptr;
        hf_decode_options how{};
        hf_arena_reset(&arena_);
        how.store.arena = &arena_;
        need(hf_struct_decode(&type, hf_text_of(json.data(), json.size()), &how, &object, &error), error);
        return object;
    }

    const char        *name_;
    hf_type            timeline_, people_;
    hf_arena           arena_;
    hf_buffer          text_;
    const people_type *last_ = nullptr;
};

} // namespace

gen_peer *make_holdfast_peer()
{
    return new peer<timeline, people>("holdfast", timeline_hf_type, people_hf_type);
}

gen_peer *make_tables_peer()
{
    auto *made = new peer<timeline, people>("holdfast --tables", timeline_hf_type, people_hf_type);
    made->without_code();
    return made;
}

gen_peer *make_unchecked_peer()
{
    return new peer<unchecked_timeline, unchecked_people>("holdfast, no checks", unchecked_timeline_hf_type, unchecked_people_hf_type);
}

/* peer_holdfast.cc - Holdfast, through its public headers. */
#include <holdfast/compare.h>
#include <holdfast/document.h>
#include <holdfast/read.h>
#include <holdfast/write.h>

#include "holdfast_sum.h"
#include "peer.h"

namespace bench {

namespace {

hf_text text_of(const std::string &key)
{
    return hf_text_of(key.data(), key.size());
}

class Holdfast : public Peer {
public:
    ~Holdfast() override
    {
        drop();
        release();
        hf_buffer_release(&buffer_);
    }
    std::string name() const override { return "holdfast"; }
    std::string version() const override { return hf_version(); }
    unsigned    can() const override
    {
        return kReadAsText | kWalkEach | kWalkAsText | kHold | kClone | kEqual | kWrite | kRespell;
    }
    void use(Memory memory, size_t) override
    {
        use_malloc(memory);
        hf_page_keep(memory == Memory::Fresh ? 0 : uint64_t{ 8 } << 30);
    }
    bool read(Text text) override { return read_into(text, &scratch_, HF_NUMBERS_CONVERT); }
    bool read_as_text(Text text) override { return read_into(text, &scratch_, HF_NUMBERS_AS_TEXT); }
    void drop() override
    {
        hf_document_drop(scratch_);
        scratch_ = nullptr;
    }
    bool keep(Text text) override
    {
        text_ = text;
        return read_into(text, &kept_, HF_NUMBERS_CONVERT) && read_into(text, &other_, HF_NUMBERS_CONVERT);
    }
    void release() override
    {
        hf_document_drop(kept_);
        hf_document_drop(other_);
        hf_document_drop(as_text_);
        kept_ = other_ = as_text_ = nullptr;
    }

    Sum walk() override { return sum_walk(hf_root(kept_)); }
    Sum walk_as_text() override
    {
        if (as_text_ == nullptr && !read_into(text_, &as_text_, HF_NUMBERS_AS_TEXT))
            return Sum();
        return sum_walk(hf_root(as_text_));
    }
    Sum walk_each() override { return sum_each(hf_root(kept_)); }
    bool hold() override
    {
        hf_document_drop(hf_document_hold(kept_));
        return true;
    }
    bool clone() override
    {
        hf_document *copy = nullptr;
        bool         done = hf_document_clone(kept_, nullptr, nullptr, &copy, nullptr) == HF_OK;
        hf_document_drop(copy);
        return done;
    }
    bool equal() override
    {
        bool equal = false;
        return hf_equal(hf_root(kept_), hf_root(other_), &equal) == HF_OK && equal;
    }
    size_t write() override { return write_with(nullptr); }
    size_t respell() override
    {
        hf_write_options options = {};
        options.respell = true;
        return write_with(&options);
    }
    uint64_t lookup(const std::vector<std::string> &keys) override
    {
        hf_value root = hf_root(kept_);
        uint64_t sum = 0;
        for (const std::string &key : keys)
            sum += hf_as_u64(hf_get(root, text_of(key)), 0);
        return sum;
    }
    uint64_t follow(const std::vector<Path> &paths) override
    {
        uint64_t sum = 0;
        for (const Path &path : paths) {
            hf_value at = hf_root(kept_);
            for (const Step &step : path)
                at = step.is_member ? hf_get(at, text_of(step.key)) : hf_at(at, step.index);
            sum += hf_is_container(at) ? hf_count(at) : hf_is_text(at) ? hf_as_text(at, hf_text()).length : 1;
        }
        return sum;
    }
    uint64_t bytes_read() const override { return hf_document_get_info(scratch_).bytes; }

private:
    static bool read_into(Text text, hf_document **document, hf_numbers numbers)
    {
        hf_read_options options = {};
        options.numbers = numbers;
        return hf_read(hf_text_of(text.bytes, text.length), &options, document, nullptr) == HF_OK;
    }
    size_t write_with(const hf_write_options *options)
    {
        hf_buffer_reset(&buffer_);
        return hf_write(hf_root(kept_), options, &buffer_, nullptr) == HF_OK ? buffer_.length : 0;
    }

    hf_document *scratch_ = nullptr, *kept_ = nullptr, *other_ = nullptr, *as_text_ = nullptr;
    Text         text_; /* of the kept ones */
    hf_buffer    buffer_ = HF_BUFFER_INIT(size_t{ 1 } << 40);
};

} // namespace

std::unique_ptr<Peer> make_holdfast()
{
    return std::make_unique<Holdfast>();
}

} // namespace bench

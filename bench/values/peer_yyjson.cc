/* peer_yyjson.cc - yyjson, from a folder that the user gives (YYJSON_DIR).
 *
 * Recycled: one pool for reading, one for what is written and cloned, as its documentation advises.
 * It copies immutable into mutable, and mutable into mutable; the second one is clone_other. */
#include "peer.h"

#include <yyjson.h>

#include <cstdlib>

namespace bench {

namespace {

class Pool {
public:
    ~Pool() { reset(0); }
    /* An allocator over `size` bytes, touched only where used; 0 is malloc. */
    void reset(size_t size)
    {
        free(bytes_);
        bytes_ = size != 0 ? malloc(size) : nullptr;
        size_ = bytes_ != nullptr ? size : 0;
    }
    /* The whole pool again: what was made with it before is gone. */
    const yyjson_alc *again()
    {
        if (size_ == 0)
            return nullptr;
        yyjson_alc_pool_init(&allocator_, bytes_, size_);
        return &allocator_;
    }

private:
    void      *bytes_ = nullptr;
    size_t     size_ = 0;
    yyjson_alc allocator_;
};

void visit(Sum &sum, yyjson_val *value)
{
    switch (yyjson_get_type(value)) {
    case YYJSON_TYPE_STR: sum.text(yyjson_get_str(value), yyjson_get_len(value)); break;
    case YYJSON_TYPE_NUM:
        sum.number(yyjson_is_uint(value)   ? static_cast<double>(yyjson_get_uint(value))
                   : yyjson_is_sint(value) ? static_cast<double>(yyjson_get_sint(value))
                                           : yyjson_get_real(value));
        break;
    case YYJSON_TYPE_BOOL: sum.literal(2 + yyjson_get_bool(value)); break;
    case YYJSON_TYPE_OBJ: {
        yyjson_obj_iter iter;
        sum.container(yyjson_obj_size(value));
        yyjson_obj_iter_init(value, &iter);
        while (yyjson_val *key = yyjson_obj_iter_next(&iter)) {
            sum.key(yyjson_get_str(key), yyjson_get_len(key));
            visit(sum, yyjson_obj_iter_get_val(key));
        }
        break;
    }
    case YYJSON_TYPE_ARR: {
        yyjson_arr_iter iter;
        sum.container(yyjson_arr_size(value));
        yyjson_arr_iter_init(value, &iter);
        while (yyjson_val *element = yyjson_arr_iter_next(&iter))
            visit(sum, element);
        break;
    }
    default: sum.literal(1); break;
    }
}

class Yyjson : public Peer {
public:
    ~Yyjson() override
    {
        drop();
        release();
    }
    std::string name() const override { return "yyjson"; }
    std::string version() const override { return YYJSON_VERSION_STRING; }
    unsigned    can() const override { return kReadAsText | kClone | kCloneOther | kEqual | kWrite; }

    void use(Memory memory, size_t length) override
    {
        use_malloc(memory);
        bool recycled = memory == Memory::Recycled;
        read_pool_.reset(recycled ? yyjson_read_max_memory_usage(length, 0) : 0);
        size_t values = kept_ != nullptr ? yyjson_doc_get_val_count(kept_) : 0;
        other_pool_.reset(recycled ? 2 * length + 128 * values + (size_t{ 1 } << 20) : 0);
    }
    bool read(Text text) override { return read_with(text, 0); }
    bool read_as_text(Text text) override { return read_with(text, YYJSON_READ_NUMBER_AS_RAW); }
    void drop() override
    {
        yyjson_doc_free(scratch_);
        scratch_ = nullptr;
    }
    bool keep(Text text) override
    {
        kept_ = yyjson_read(text.bytes, text.length, 0);
        other_ = yyjson_read(text.bytes, text.length, 0);
        mutable_ = yyjson_doc_mut_copy(kept_, nullptr);
        return kept_ != nullptr && other_ != nullptr && mutable_ != nullptr;
    }
    void release() override
    {
        yyjson_doc_free(kept_);
        yyjson_doc_free(other_);
        yyjson_mut_doc_free(mutable_);
        kept_ = other_ = nullptr;
        mutable_ = nullptr;
    }
    Sum walk() override
    {
        Sum sum;
        visit(sum, yyjson_doc_get_root(kept_));
        return sum;
    }
    bool clone() override { return take(yyjson_doc_mut_copy(kept_, other_pool_.again())); }
    bool clone_other() override { return take(yyjson_mut_doc_mut_copy(mutable_, other_pool_.again())); }
    bool equal() override { return yyjson_equals(yyjson_doc_get_root(kept_), yyjson_doc_get_root(other_)); }
    size_t write() override
    {
        const yyjson_alc *allocator = other_pool_.again();
        size_t            length = 0;
        char             *text = yyjson_write_opts(kept_, 0, allocator, &length, nullptr);
        if (allocator != nullptr && text != nullptr)
            allocator->free(allocator->ctx, text);
        else
            free(text);
        return length;
    }
    uint64_t lookup(const std::vector<std::string> &keys) override
    {
        yyjson_val *root = yyjson_doc_get_root(kept_);
        uint64_t    sum = 0;
        for (const std::string &key : keys)
            sum += yyjson_get_uint(yyjson_obj_getn(root, key.data(), key.size()));
        return sum;
    }
    uint64_t follow(const std::vector<Path> &paths) override
    {
        uint64_t sum = 0;
        for (const Path &path : paths) {
            yyjson_val *at = yyjson_doc_get_root(kept_);
            for (const Step &step : path)
                at = step.is_member ? yyjson_obj_getn(at, step.key.data(), step.key.size())
                                    : yyjson_arr_get(at, step.index);
            sum += yyjson_is_ctn(at) || yyjson_is_str(at) ? yyjson_get_len(at) : 1;
        }
        return sum;
    }

private:
    bool read_with(Text text, yyjson_read_flag flags)
    {
        scratch_ = yyjson_read_opts(const_cast<char *>(text.bytes), text.length, flags, read_pool_.again(), nullptr);
        return scratch_ != nullptr;
    }
    static bool take(yyjson_mut_doc *copy)
    {
        bool made = copy != nullptr;
        yyjson_mut_doc_free(copy);
        return made;
    }

    Pool            read_pool_, other_pool_;
    yyjson_doc     *scratch_ = nullptr, *kept_ = nullptr, *other_ = nullptr;
    yyjson_mut_doc *mutable_ = nullptr;
};

} // namespace

std::unique_ptr<Peer> make_yyjson()
{
    return std::make_unique<Yyjson>();
}

} // namespace bench

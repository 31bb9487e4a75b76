/* peer_rapidjson.cc - RapidJSON's DOM in its correct mode: full precision, UTF-8 checked.
 *
 * Recycled: one pool over a block of the user for reading and one for copies. */
#include "peer.h"

#define RAPIDJSON_SSE2 1
#define RAPIDJSON_HAS_STDSTRING 1
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace bench {

namespace {

using Document = rapidjson::Document;
using Value = rapidjson::Value;
using Allocator = Document::AllocatorType;
constexpr unsigned kFlags = rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag;

void visit(Sum &sum, const Value &value)
{
    switch (value.GetType()) {
    case rapidjson::kStringType: sum.text(value.GetString(), value.GetStringLength()); break;
    case rapidjson::kNumberType:
        sum.number(value.IsInt64()    ? static_cast<double>(value.GetInt64())
                   : value.IsUint64() ? static_cast<double>(value.GetUint64())
                                      : value.GetDouble());
        break;
    case rapidjson::kObjectType:
        sum.container(value.MemberCount());
        for (const auto &member : value.GetObject()) {
            sum.key(member.name.GetString(), member.name.GetStringLength());
            visit(sum, member.value);
        }
        break;
    case rapidjson::kArrayType:
        sum.container(value.Size());
        for (const Value &element : value.GetArray())
            visit(sum, element);
        break;
    case rapidjson::kFalseType: sum.literal(2); break;
    case rapidjson::kTrueType: sum.literal(3); break;
    default: sum.literal(1); break;
    }
}

/* A pool over one block, touched only where used; without a block over malloc's chunks. */
class Pool {
public:
    ~Pool() { reset(0); }
    void reset(size_t size)
    {
        allocator_.reset();
        free(bytes_);
        bytes_ = size != 0 ? malloc(size) : nullptr;
        size_ = bytes_ != nullptr ? size : 0;
        if (size_ != 0)
            allocator_ = std::make_unique<Allocator>(bytes_, size_);
    }
    Allocator *get() { return allocator_.get(); }
    void again()
    {
        if (allocator_)
            allocator_->Clear();
    }

private:
    void                      *bytes_ = nullptr;
    size_t                     size_ = 0;
    std::unique_ptr<Allocator> allocator_;
};

class Rapidjson : public Peer {
public:
    std::string name() const override { return "rapidjson"; }
    std::string version() const override { return RAPIDJSON_VERSION_STRING; }
    unsigned    can() const override { return kClone | kEqual | kWrite; }

    void use(Memory memory, size_t length) override
    {
        use_malloc(memory);
        size_t room = memory == Memory::Recycled ? 16 * length + (size_t{ 1 } << 20) : 0;
        read_pool_.reset(room);
        copy_pool_.reset(room);
    }
    bool read(Text text) override
    {
        scratch_ = std::make_unique<Document>(read_pool_.get());
        return !scratch_->Parse<kFlags>(text.bytes, text.length).HasParseError();
    }
    void drop() override
    {
        scratch_.reset();
        read_pool_.again();
    }
    bool keep(Text text) override
    {
        kept_ = std::make_unique<Document>();
        other_ = std::make_unique<Document>();
        return !kept_->Parse<kFlags>(text.bytes, text.length).HasParseError() &&
               !other_->Parse<kFlags>(text.bytes, text.length).HasParseError();
    }
    void release() override
    {
        kept_.reset();
        other_.reset();
    }
    Sum walk() override
    {
        Sum sum;
        visit(sum, *kept_);
        return sum;
    }
    bool clone() override
    {
        bool made;
        {
            Document copy(copy_pool_.get());
            copy.CopyFrom(*kept_, copy.GetAllocator());
            made = !copy.IsNull();
        }
        copy_pool_.again();
        return made;
    }
    bool   equal() override { return *kept_ == *other_; }
    size_t write() override
    {
        buffer_.Clear();
        rapidjson::Writer<rapidjson::StringBuffer> writer(buffer_);
        return kept_->Accept(writer) ? buffer_.GetSize() : 0;
    }
    uint64_t lookup(const std::vector<std::string> &keys) override
    {
        uint64_t sum = 0;
        for (const std::string &key : keys)
            sum += kept_->FindMember(key)->value.GetUint64();
        return sum;
    }
    uint64_t follow(const std::vector<Path> &paths) override
    {
        uint64_t sum = 0;
        for (const Path &path : paths) {
            const Value *at = kept_.get();
            for (const Step &step : path)
                at = step.is_member ? &at->FindMember(step.key)->value
                                    : &(*at)[static_cast<rapidjson::SizeType>(step.index)];
            sum += at->IsString()   ? at->GetStringLength()
                   : at->IsObject() ? at->MemberCount()
                   : at->IsArray()  ? at->Size()
                                    : 1;
        }
        return sum;
    }

private:
    Pool                      read_pool_, copy_pool_;
    std::unique_ptr<Document> scratch_, kept_, other_;
    rapidjson::StringBuffer   buffer_;
};

} // namespace

std::unique_ptr<Peer> make_rapidjson()
{
    return std::make_unique<Rapidjson>();
}

} // namespace bench

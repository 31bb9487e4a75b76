/* sample.cc - see sample.h. Random choices come from one fixed seed: runs are comparable. */
#include "sample.h"

#include <cstdio>
#include <cstdlib>
#include <random>
#include <unordered_set>

#include <holdfast/document.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>

namespace bench {

namespace {

constexpr size_t   kPadding = 64, kPaths = 1000, kSteps = 8, kWanted = 4096;
constexpr unsigned kSeed = 20260101;

[[noreturn]] void fail(const hf_error &error)
{
    hf_error_print(stderr, &error);
    exit(2);
}

hf_document *read_or_exit(const std::string &text, size_t length, const char *name)
{
    hf_document    *document = nullptr;
    hf_error        error;
    hf_read_options options = {};
    options.name = name;
    if (hf_read(hf_text_of(text.data(), length), &options, &document, &error) != HF_OK)
        fail(error);
    return document;
}

std::string load(const std::string &file)
{
    std::string text;
    FILE       *stream = fopen(file.c_str(), "rb");
    if (stream == nullptr) {
        perror(file.c_str());
        exit(2);
    }
    char   piece[65536];
    size_t got;
    while ((got = fread(piece, 1, sizeof piece, stream)) > 0)
        text.append(piece, got);
    fclose(stream);
    return text;
}

hf_value widest(hf_value root)
{
    hf_value best = root;
    hf_iter  iter;
    hf_iter_init(&iter, root);
    while (hf_iter_next(&iter))
        if (hf_count(iter.value) > hf_count(best))
            best = iter.value;
    return best;
}

std::string repeat(const std::string &text, const std::string &file, size_t bytes)
{
    hf_document             *document = read_or_exit(text, text.size(), file.c_str());
    std::vector<std::string> records;
    hf_buffer                buffer = HF_BUFFER_INIT(size_t{ 1 } << 32);
    hf_error                 error;
    hf_iter                  iter;
    hf_iter_init(&iter, widest(hf_root(document)));
    while (hf_iter_next(&iter)) {
        hf_buffer_reset(&buffer);
        if (hf_write(iter.value, nullptr, &buffer, &error) != HF_OK)
            fail(error);
        records.emplace_back(buffer.bytes, buffer.length);
    }
    hf_buffer_release(&buffer);
    hf_document_drop(document);
    std::string result;
    result.reserve(bytes + bytes / 8 + kPadding);
    result = "[";
    for (size_t i = 0; !records.empty() && (i == 0 || result.size() < bytes); i++) {
        if (i > 0)
            result += ',';
        result += records[i % records.size()];
    }
    return result += ']';
}

std::string text_of(hf_text text)
{
    return std::string(text.bytes, text.length);
}

/* The steps from the root to the value where the walk stands, whose ancestors are in `open`. */
Path path_to(const std::vector<std::pair<hf_value, std::string>> &open, const hf_walk &walk)
{
    Path path;
    for (size_t i = 1; i <= open.size(); i++) {
        hf_value parent = open[i - 1].first;
        hf_value child = i < open.size() ? open[i].first : walk.value;
        Step     step;
        step.is_member = hf_is_object(parent);
        if (step.is_member) {
            step.key = i < open.size() ? open[i].second : text_of(walk.key);
        } else {
            hf_iter iter;
            hf_iter_init(&iter, parent);
            while (hf_iter_next(&iter) && !hf_is_same(iter.value, child))
                step.index++;
        }
        path.push_back(step);
    }
    return path;
}

/* Of the values eight steps deep a thousand, drawn evenly. */
std::vector<Path> draw_paths(hf_value root)
{
    std::vector<Path> paths;
    uint64_t          deep = 0;
    hf_walk           walk;
    hf_walk_init(&walk, root, nullptr);
    while (hf_walk_next(&walk))
        deep += walk.event != HF_LEAVE && walk.depth == kSteps;
    hf_walk_finish(&walk);
    if (deep < kPaths)
        return paths;

    std::mt19937_64                               random(kSeed);
    std::vector<std::pair<hf_value, std::string>> open;
    hf_walk_init(&walk, root, nullptr);
    for (uint64_t left = deep; paths.size() < kPaths && hf_walk_next(&walk);) {
        if (walk.event == HF_LEAVE) {
            open.pop_back();
            continue;
        }
        if (walk.depth == kSteps && random() % left-- < kPaths - paths.size())
            paths.push_back(path_to(open, walk));
        if (walk.event == HF_ENTER)
            open.emplace_back(walk.value, text_of(walk.key));
    }
    hf_walk_finish(&walk);
    for (size_t i = paths.size(); i > 1; i--)
        std::swap(paths[i - 1], paths[random() % i]);
    return paths;
}

} // namespace

Sample load_sample(const std::string &file, size_t bytes)
{
    Sample sample;
    sample.file = file;
    sample.text = load(file);
    if (bytes > 0)
        sample.text = repeat(sample.text, file, bytes);
    sample.length = sample.text.size();
    if (bytes == 0) {
        hf_document *document = read_or_exit(sample.text, sample.length, file.c_str());
        sample.paths = draw_paths(hf_root(document));
        hf_document_drop(document);
    }
    sample.text.append(kPadding, ' ');
    return sample;
}

Wide make_wide(const Sample &sample, size_t count)
{
    hf_document                    *document = read_or_exit(sample.text, sample.length, sample.file.c_str());
    std::vector<std::string>        keys;
    std::unordered_set<std::string> seen;
    hf_walk                         walk;
    hf_walk_init(&walk, hf_root(document), nullptr);
    while (keys.size() < count && hf_walk_next(&walk)) {
        /* Keys that need escapes, or that C strings cannot hold, are left out. */
        if (walk.event == HF_LEAVE || walk.key.bytes == nullptr || walk.key.length == 0)
            continue;
        std::string key = text_of(walk.key);
        bool        is_plain = true;
        for (char c : key)
            is_plain = is_plain && c >= ' ' && c <= '~' && c != '"' && c != '\\';
        if (is_plain && seen.insert(key).second)
            keys.push_back(key);
    }
    hf_walk_finish(&walk);
    hf_document_drop(document);
    for (size_t i = 0, found = keys.size(); keys.size() < count; i++) {
        std::string key = (found > 0 ? keys[i % found] : "key") + std::to_string(i);
        if (seen.insert(key).second)
            keys.push_back(key);
    }

    Wide wide;
    wide.text = "{";
    for (size_t i = 0; i < count; i++)
        wide.text += (i > 0 ? ",\"" : "\"") + keys[i] + "\":" + std::to_string(i);
    wide.text += '}';
    wide.length = wide.text.size();
    wide.text.append(kPadding, ' ');
    std::mt19937_64 random(kSeed);
    for (size_t i = 0; i < kWanted; i++) {
        size_t place = random() % count;
        wide.wanted.push_back(keys[place]);
        wide.sum += place;
    }
    return wide;
}

} // namespace bench

/* bench_gen.cc - generated code beside other ways to typed records.
 *
 *     bench_gen twitter.json [--benchmark_filter=...]
 *
 * Every peer's answers are compared before anything is timed. */
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <random>
#include <vector>

#include <holdfast/read.h>

#include "bench_model.hf.h"
#include "gen_peer.h"

namespace {

enum { PEOPLE = 1000, NODES = 1023, OBJECTS = 512 };


std::string word(std::mt19937 &random, size_t length)
{
    std::string made;
    while (made.size() < length)
        made += (char)(made.size() % 7 == 6 ? ' ' : 'a' + (char)(random() % 26));
    return made;
}

/* People as a service would send them, keys in the order of the struct or in any. */
std::string people_json(bool is_shuffled)
{
    std::mt19937 random(7);
    std::string text = "{\"people\":[";
    for (size_t i = 0; i < PEOPLE; i++) {
        auto quoted = [](const std::string &key, const std::string &value) { return "\"" + key + "\":\"" + value + "\""; };
        auto plain = [](const std::string &key, const std::string &value) { return "\"" + key + "\":" + value; };
        auto decimal = [&random](double range) {
            char number[32];
            snprintf(number, sizeof number, "%.6f", range * (random() % 2000001 / 1000000.0 - 1));
            return std::string(number);
        };
        std::vector<std::string> members = {
            plain("id", std::to_string(505874924095ull + random() % 1000)), quoted("name", word(random, 18)), quoted("email", word(random, 6) + "@example.org"),
            quoted("phone", "+49 30 " + std::to_string(1000000 + random() % 8999999)), quoted("street", word(random, 24)), quoted("city", word(random, 12)),
            quoted("country", "DE"), plain("age", std::to_string(random() % 100)), plain("visits", std::to_string(random() % 100000)),
            plain("balance", decimal(5000)), plain("latitude", decimal(90)), plain("longitude", decimal(180)), plain("active", random() % 2 ? "true" : "false"),
            plain("verified", random() % 2 ? "true" : "false"), plain("created_at", std::to_string(1400000000 + random() % 100000000)),
            plain("seen_at", std::to_string(1700000000 + random() % 100000000)), quoted("about", word(random, 110)), quoted("token", word(random, 40)),
        };
        if (is_shuffled)
            std::shuffle(members.begin(), members.end(), random);
        text += i == 0 ? "{" : ",{";
        for (size_t m = 0; m < members.size(); m++)
            text += (m == 0 ? "" : ",") + members[m];
        text += "}";
    }
    return text + "]}";
}

/* ---- reading and writing ----------------------------------------------------------------- */

using sums_of = std::function<gen_sums(gen_peer &)>;

void measure_reading(const std::string &name, gen_peer *peer, size_t bytes, size_t records, const sums_of &read)
{
    benchmark::RegisterBenchmark((name + "/" + peer->name()).c_str(), [=](benchmark::State &state) {
        for (auto _ : state)
            benchmark::DoNotOptimize(read(*peer));
        state.SetBytesProcessed((int64_t)(state.iterations() * bytes));
        state.counters["ns_record"] = benchmark::Counter((double)(state.iterations() * records) * 1e-9,
                                                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    });
}

void add_reading(const std::string &name, const std::vector<gen_peer *> &peers, std::string_view json, bool of_people)
{
    sums_of read = [=](gen_peer &peer) { return of_people ? peer.people(json) : peer.timeline(json); };
    gen_sums expected = read(*peers[0]);
    for (gen_peer *peer : peers) {
        if (!(read(*peer) == expected)) {
            fprintf(stderr, "%s: %s reads something else\n", name.c_str(), peer->name());
            exit(1);
        }
        measure_reading(name, peer, json.size(), expected.records, read);
    }
}

void add_writing(const std::vector<gen_peer *> &peers, std::string_view json)
{
    for (gen_peer *peer : peers) {
        peer->people(json);
        size_t length = peer->write_people();
        if (length == 0)
            continue;
        benchmark::RegisterBenchmark((std::string("write people/") + peer->name()).c_str(), [=](benchmark::State &state) {
            peer->people(json);
            for (auto _ : state)
                benchmark::DoNotOptimize(peer->write_people());
            state.SetBytesProcessed((int64_t)(state.iterations() * length));
            state.counters["ns_record"] = benchmark::Counter((double)(state.iterations() * PEOPLE) * 1e-9,
                                                             benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
        });
    }
}

/* ---- copies and sizes -------------------------------------------------------------------- */

/* A complete binary tree, in one vector. */
template <class node> std::vector<node> tree_of(size_t count)
{
    std::vector<node> nodes(count);
    for (size_t i = 0; i < count; i++) {
        nodes[i].value = (int64_t)i;
        nodes[i].left = 2 * i + 1 < count ? &nodes[2 * i + 1] : nullptr;
        nodes[i].right = 2 * i + 2 < count ? &nodes[2 * i + 2] : nullptr;
    }
    return nodes;
}

void per_node(benchmark::State &state)
{
    state.counters["ns_node"] = benchmark::Counter((double)(state.iterations() * NODES) * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void copy(benchmark::State &state, const hf_type *type, const void *root)
{
    hf_arena arena;
    hf_arena_options large{};
    large.block_bytes = 1 << 20;
    hf_arena_init(&arena, &large);
    hf_copy_options how{};
    how.store.arena = &arena;
    for (auto _ : state) {
        void *made = nullptr;
        if (hf_struct_copy(type, root, &how, &made, nullptr) != HF_OK)
            state.SkipWithError("no copy");
        benchmark::DoNotOptimize(made);
        hf_arena_reset(&arena);
    }
    per_node(state);
    hf_arena_release(&arena);
}

void size(benchmark::State &state, const hf_type *type, const void *root)
{
    for (auto _ : state) {
        hf_struct_size size;
        if (hf_size_of(type, root, false, &size, nullptr) != HF_OK || size.objects != NODES)
            state.SkipWithError("not its size");
        benchmark::DoNotOptimize(size);
    }
    per_node(state);
}

/* ---- comparing, hashing, releasing ------------------------------------------------------- */

void *heap_copy(const hf_type *type, const void *root)
{
    hf_copy_options how{};
    void *made = nullptr;
    return hf_struct_copy(type, root, &how, &made, nullptr) == HF_OK ? made : nullptr;
}

void equal(benchmark::State &state, const hf_type *type, const void *root)
{
    void *other = heap_copy(type, root);
    for (auto _ : state) {
        bool same = false;
        if (hf_struct_equal(type, root, other, &same, nullptr) != HF_OK || !same)
            state.SkipWithError("not equal");
    }
    per_node(state);
    (void)hf_struct_destroy(type, other, nullptr);
}

void hash(benchmark::State &state, const hf_type *type, const void *root)
{
    for (auto _ : state) {
        uint64_t made = 0;
        if (hf_struct_hash(type, root, &made, nullptr) != HF_OK)
            state.SkipWithError("no hash");
        benchmark::DoNotOptimize(made);
    }
    per_node(state);
}

/* What malloc gave: each round releases a new copy, which is not timed. */
template <class releaser> void timed_release(benchmark::State &state, const hf_type *type, const void *root, releaser &&release)
{
    for (auto _ : state) {
        void *made = heap_copy(type, root);
        auto begin = std::chrono::steady_clock::now();
        release(made);
        state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    per_node(state);
}

void release(benchmark::State &state, const hf_type *type, const void *root)
{
    timed_release(state, type, root, [=](void *made) { (void)hf_struct_destroy(type, made, nullptr); });
}

/* By hand, as a user would write them: they recurse, so a deep tree ends them. */
leaf *copy_by_hand(hf_arena *arena, const leaf *from)
{
    if (from == nullptr)
        return nullptr;
    leaf *to = HF_ARENA_NEW(arena, leaf);
    to->value = from->value;
    to->left = copy_by_hand(arena, from->left);
    to->right = copy_by_hand(arena, from->right);
    return to;
}

bool equal_by_hand(const leaf *a, const leaf *b)
{
    if (a == nullptr || b == nullptr)
        return a == b;
    return a->value == b->value && equal_by_hand(a->left, b->left) && equal_by_hand(a->right, b->right);
}

uint64_t hash_by_hand(uint64_t hash, const leaf *one)
{
    if (one == nullptr)
        return hash * 31;
    hash = (hash ^ (uint64_t)one->value) * 0x9e3779b97f4a7c15u;
    return hash_by_hand(hash_by_hand(hash, one->left), one->right);
}

void release_by_hand(leaf *one)
{
    if (one == nullptr)
        return;
    release_by_hand(one->left);
    release_by_hand(one->right);
    free(one);
}

void add_by_hand(const leaf *root)
{
    benchmark::RegisterBenchmark("copy tree/by hand", [=](benchmark::State &state) {
        hf_arena arena;
        hf_arena_options large{};
        large.block_bytes = 1 << 20;
        hf_arena_init(&arena, &large);
        for (auto _ : state) {
            benchmark::DoNotOptimize(copy_by_hand(&arena, root));
            hf_arena_reset(&arena);
        }
        per_node(state);
        hf_arena_release(&arena);
    });
    benchmark::RegisterBenchmark("equal tree/by hand", [=](benchmark::State &state) {
        leaf *other = static_cast<leaf *>(heap_copy(&leaf_hf_type, root));
        for (auto _ : state)
            benchmark::DoNotOptimize(equal_by_hand(root, other));
        per_node(state);
        release_by_hand(other);
    });
    benchmark::RegisterBenchmark("hash tree/by hand", [=](benchmark::State &state) {
        for (auto _ : state)
            benchmark::DoNotOptimize(hash_by_hand(1, root));
        per_node(state);
    });
    benchmark::RegisterBenchmark("release tree/by hand", [=](benchmark::State &state) {
        timed_release(state, &leaf_hf_type, root, [](void *made) { release_by_hand(static_cast<leaf *>(made)); });
    })->UseManualTime();
}

void add_graphs()
{
    static std::vector<leaf> leaves = tree_of<leaf>(NODES);
    static std::vector<knot> knots = tree_of<knot>(NODES);
    for (auto &one : knots) {
        if (one.left != nullptr)
            one.left->parent = &one;
        if (one.right != nullptr)
            one.right->parent = &one;
    }
    auto add = [&](const std::string &work, auto function) {
        auto one = [&](const char *form, const hf_type *type, const void *root) {
            auto *made = benchmark::RegisterBenchmark((work + form).c_str(), [=](benchmark::State &state) { function(state, type, root); });
            if (work == "release")
                made->UseManualTime();
        };
        one(" tree/holdfast", &leaf_hf_type, &leaves[0]);
        one(" graph/holdfast", &knot_hf_type, &knots[0]);
    };
    add("copy", copy);
    add("size", size);
    add("equal", equal);
    add("hash", hash);
    add("release", release);
    add_by_hand(&leaves[0]);
}

/* ---- values ------------------------------------------------------------------------------ */

void per_unit(benchmark::State &state, const char *unit, size_t count)
{
    state.counters[unit] = benchmark::Counter((double)(state.iterations() * count) * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void from_value(benchmark::State &state, const hf_type *type, hf_value value, const char *unit, size_t count)
{
    hf_arena arena;
    hf_arena_init(&arena, nullptr);
    hf_decode_options how{};
    how.store.arena = &arena;
    for (auto _ : state) {
        void *made = nullptr;
        hf_arena_reset(&arena);
        if (hf_struct_from_value(type, value, &how, &made, nullptr) != HF_OK)
            state.SkipWithError("not from a value");
        benchmark::DoNotOptimize(made);
    }
    per_unit(state, unit, count);
    hf_arena_release(&arena);
}

void to_value(benchmark::State &state, const hf_type *type, const void *object, const char *unit, size_t count)
{
    for (auto _ : state) {
        hf_document *made = nullptr;
        if (hf_struct_to_value(type, object, nullptr, &made, nullptr) != HF_OK)
            state.SkipWithError("no document");
        hf_document_drop(made);
    }
    per_unit(state, unit, count);
}

void text_to_document(benchmark::State &state, std::string_view json, const char *unit, size_t count)
{
    for (auto _ : state) {
        hf_document *made = nullptr;
        if (hf_read(hf_text_of(json.data(), json.size()), nullptr, &made, nullptr) != HF_OK)
            state.SkipWithError("no document");
        hf_document_drop(made);
    }
    per_unit(state, unit, count);
}

/* Structs from a document of the text and back, by rows and by tables, beside the text itself. */
void add_values(const std::string &name, const hf_type *type, std::string_view json, const char *unit, size_t count)
{
    hf_document *document = nullptr;
    void *object = nullptr;
    if (hf_read(hf_text_of(json.data(), json.size()), nullptr, &document, nullptr) != HF_OK ||
        hf_struct_from_value(type, hf_root(document), nullptr, &object, nullptr) != HF_OK)
        throw "no values";
    auto *tables = new hf_type(*type); /* for as long as the benchmarks run, as the others */
    tables->code = nullptr;
    for (const hf_type *form : { type, (const hf_type *)tables }) {
        std::string by = form == type ? "/holdfast" : "/holdfast --tables";
        benchmark::RegisterBenchmark((name + " from a document" + by).c_str(), [=](benchmark::State &state) { from_value(state, form, hf_root(document), unit, count); });
        benchmark::RegisterBenchmark((name + " to a document" + by).c_str(), [=](benchmark::State &state) { to_value(state, form, object, unit, count); });
    }
    benchmark::RegisterBenchmark((name + " as text to a document/holdfast").c_str(), [=](benchmark::State &state) { text_to_document(state, json, unit, count); });
}

std::string tree_json()
{
    std::vector<leaf> leaves = tree_of<leaf>(NODES);
    hf_buffer text = HF_BUFFER_INIT(SIZE_MAX);
    if (hf_struct_encode(&leaf_hf_type, &leaves[0], nullptr, &text, nullptr) != HF_OK)
        throw "no tree";
    std::string made(text.bytes, text.length);
    hf_buffer_release(&text);
    return made;
}

/* ---- typed looks at values --------------------------------------------------------------- */

void look(benchmark::State &state, bool is_shuffled)
{
    std::mt19937 random(3);
    std::string text = "[";
    for (size_t i = 0; i < OBJECTS; i++) {
        std::vector<std::string> members = { "\"id\":1", "\"age\":2", "\"visits\":3", "\"balance\":4.5", "\"latitude\":5.5", "\"active\":true",
                                             "\"seen_at\":7", "\"created_at\":8" };
        if (is_shuffled)
            std::shuffle(members.begin(), members.end(), random);
        text += i == 0 ? "{" : ",{";
        for (size_t m = 0; m < members.size(); m++)
            text += (m == 0 ? "" : ",") + members[m];
        text += "}";
    }
    text += "]";
    hf_document *document = nullptr;
    if (hf_read(hf_text_of(text.data(), text.size()), nullptr, &document, nullptr) != HF_OK)
        return state.SkipWithError("no document");
    std::vector<hf_value> objects;
    for (size_t i = 0; i < OBJECTS; i++)
        objects.push_back(hf_at(hf_root(document), i));
    for (auto _ : state) {
        uint64_t sum = 0;
        for (hf_value object : objects)
            sum += person_v_visits(object, 0) + (uint64_t)person_v_seen_at(object, 0);
        benchmark::DoNotOptimize(sum);
    }
    state.counters["ns_look"] = benchmark::Counter((double)(state.iterations() * OBJECTS * 2) * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    hf_document_drop(document);
}

} // namespace

int main(int argument_count, char **arguments)
{
    std::vector<std::unique_ptr<gen_peer>> owned;
    std::vector<gen_peer *> peers;
    for (auto make : {
             make_holdfast_peer, make_unchecked_peer, make_tables_peer,
#ifdef HAVE_GEN_SIMDJSON
             make_simdjson_peer,
#endif
#ifdef HAVE_GEN_YYJSON
             make_yyjson_peer,
#endif
#ifdef HAVE_GEN_GLAZE
             make_glaze_peer,
#endif
         }) {
        owned.emplace_back(make());
        peers.push_back(owned.back().get());
    }
    static std::string twitter, ordered = people_json(false), shuffled = people_json(true);
    auto padded = [](std::string &text) {
        size_t length = text.size();
        text.append(64, ' ');
        return std::string_view(text.data(), length);
    };
    if (argument_count > 1 && arguments[1][0] != '-') {
        std::ifstream file(arguments[1], std::ios::binary);
        twitter.assign(std::istreambuf_iterator<char>(file), {});
        add_reading("read twitter", peers, padded(twitter), false);
    }
    std::string_view in_order = padded(ordered), in_any_order = padded(shuffled);
    try {
        add_reading("read people", peers, in_order, true);
        add_reading("read shuffled people", peers, in_any_order, true);
        add_writing(peers, in_order);
        add_values("people", &people_hf_type, in_order, "ns_record", PEOPLE);
        add_values("people shuffled", &people_hf_type, in_any_order, "ns_record", PEOPLE);
        static std::string tree = tree_json();
        add_values("tree", &leaf_hf_type, tree, "ns_node", NODES);
    } catch (const char *why) {
        fprintf(stderr, "%s\n", why);
        return 1;
    }
    add_graphs();
    benchmark::RegisterBenchmark("look/hit", [](benchmark::State &state) { look(state, false); });
    benchmark::RegisterBenchmark("look/miss", [](benchmark::State &state) { look(state, true); });
    benchmark::Initialize(&argument_count, arguments);
    benchmark::RunSpecifiedBenchmarks();
}

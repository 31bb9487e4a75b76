// Views listen and are never taken off the list: the view, what holds it, and the list itself are one fault.
#include "corpus.h"

#include <functional>
#include <memory>
#include <vector>

struct View {
    char pixels[256];
    int  seen = 0;
};

class Signal {
    std::vector<std::function<void(int)>> slots_;

  public:
    CORPUS_NOINLINE void connect(std::function<void(int)> slot)
    {
        size_t before = slots_.capacity();
        slots_.push_back(std::move(slot));
        corpus_leaked((slots_.capacity() - before) * sizeof slots_[0]);
    }
    void emit(int value) const
    {
        for (const auto &slot : slots_)
            slot(value);
    }
};

static Signal changed;

static CORPUS_NOINLINE void attach_view()
{
    auto view = std::make_shared<View>();
    corpus_leaked(16 + (sizeof(View) + 7) / 8 * 8 + sizeof view); // with its count; what the slot holds
    changed.connect([view](int value) { view->seen += value; });
}

int main()
{
    for (int number = 0; corpus_next(); number++) {
        if (number % 2 == 0)
            attach_view();
        changed.emit(number);
    }
}

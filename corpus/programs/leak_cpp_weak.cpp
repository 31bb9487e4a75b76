/* Observers are held weakly and never taken out of the list: what make_shared allocated stays, though its object ended. */
#include "corpus.h"

#include <memory>
#include <vector>

struct View {
    char pixels[180];
    int  number;
    explicit View(int n) : number(n) { pixels[0] = 0; }
};

struct Subject {
    std::vector<std::weak_ptr<View>> observers;
    CORPUS_NOINLINE void attach(const std::shared_ptr<View> &view) { observers.push_back(view); }
    int notify()
    {
        int alive = 0;
        for (size_t i = observers.size() > 20 ? observers.size() - 20 : 0; i < observers.size(); i++)
            alive += observers[i].lock() != nullptr;
        return alive;
    }
};

static Subject subject;

static CORPUS_NOINLINE int open_view(int number)
{
    auto view = std::make_shared<View>(number);
    subject.attach(view);
    corpus_leaked(sizeof(View) + 16 + 16);
    return subject.notify();
}

int main()
{
    int seen = 0;
    while (corpus_next())
        for (int i = 0; i < 3; i++)
            seen += open_view(corpus_round * 3 + i);
    return seen & 1;
}

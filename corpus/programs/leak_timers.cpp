// An event loop whose cancelled timers only lose their callback: the entries stay until they are due, in an hour.
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "corpus.h"

struct Timer {
    std::function<void()> call;
    std::string           label;
};

class Loop {
public:
    std::shared_ptr<Timer> after(double delay_s, std::string label, std::function<void()> call)
    {
        auto timer = std::make_shared<Timer>();
        timer->call = std::move(call);
        timer->label = std::move(label);
        due_.emplace(corpus_seconds() + delay_s, timer);
        return timer;
    }

    void run_due()
    {
        while (!due_.empty() && due_.begin()->first <= corpus_seconds()) {
            auto timer = due_.begin()->second;
            due_.erase(due_.begin());
            if (timer->call)
                timer->call();
        }
    }

private:
    std::multimap<double, std::shared_ptr<Timer>> due_;
};

static int served;

CORPUS_NOINLINE static void serve_with_timeout(Loop &loop, int number)
{
    auto buffer = std::make_shared<std::string>(300, 'x');
    auto timeout = loop.after(3600, "timeout of request number " + std::to_string(number), [buffer] { buffer->clear(); });
    loop.after(0.02, "answer", [timeout] { timeout->call = nullptr; served++; });
    corpus_leaked(80 + 64 + 40);
}

int main()
{
    Loop loop;
    while (corpus_next()) {
        loop.run_due();
        serve_with_timeout(loop, corpus_round);
    }
    return served == 0;
}

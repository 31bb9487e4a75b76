// A deque with the measurements of the last while.
#include <deque>
#include <memory>

#include "corpus.h"

struct Sample {
    double values[30];
};

class Window {
public:
    void add()
    {
        samples_.push_back(std::make_unique<Sample>());
        if (samples_.size() > 120)
            samples_.pop_front();
    }

private:
    std::deque<std::unique_ptr<Sample>> samples_;
};

int main()
{
    Window window;
    while (corpus_next())
        window.add();
}

// Workers take closures from a queue; what each closure captured stays in the list of finished jobs.
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <unistd.h>
#include <vector>

#include "corpus.h"

class Pool {
public:
    explicit Pool(int workers)
    {
        for (int i = 0; i < workers; i++)
            threads_.emplace_back([this] { work(); });
    }

    void submit(std::function<void()> job)
    {
        std::lock_guard<std::mutex> lock(mutex_);
        waiting_.push_back(std::move(job));
        ready_.notify_one();
    }

    void stop()
    {
        {
            std::lock_guard<std::mutex> lock(mutex_);
            stopping_ = true;
        }
        ready_.notify_all();
        for (auto &thread : threads_)
            thread.join();
    }

private:
    void work()
    {
        std::unique_lock<std::mutex> lock(mutex_);
        while (true) {
            ready_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (waiting_.empty())
                return;
            finished_.splice(finished_.end(), waiting_, waiting_.begin());
            auto &job = finished_.back();
            lock.unlock();
            job();
            lock.lock();
        }
    }

    std::mutex mutex_;
    std::condition_variable ready_;
    std::list<std::function<void()>> waiting_, finished_;
    std::vector<std::thread> threads_;
    bool stopping_ = false;
};

static Pool *pool;

CORPUS_NOINLINE static void handle_upload(int number)
{
    std::vector<char> body(700, static_cast<char>(number));
    pool->submit([body] { volatile char sum = 0; for (char byte : body) sum = static_cast<char>(sum + byte); });
    corpus_leaked(700 + 24 + 16 + 32);
}

int main()
{
    pool = new Pool(3);
    while (corpus_next())
        handle_upload(corpus_round);
    pool->stop();
    _exit(0);
}

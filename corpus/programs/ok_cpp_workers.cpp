// A pool of threads and a queue of closures; results come back through futures.
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "corpus.h"

static std::mutex mutex;
static std::condition_variable ready;
static std::deque<std::packaged_task<size_t()>> waiting;
static bool stopping;

static void work()
{
    std::unique_lock<std::mutex> lock(mutex);
    while (true) {
        ready.wait(lock, [] { return stopping || !waiting.empty(); });
        if (waiting.empty())
            return;
        auto task = std::move(waiting.front());
        waiting.pop_front();
        lock.unlock();
        task();
        lock.lock();
    }
}

static std::future<size_t> submit(int number)
{
    std::vector<char> body(static_cast<size_t>(500 + number % 900));
    std::packaged_task<size_t()> task([body = std::move(body)] { return body.size(); });
    auto future = task.get_future();
    std::lock_guard<std::mutex> lock(mutex);
    waiting.push_back(std::move(task));
    ready.notify_one();
    return future;
}

int main()
{
    std::vector<std::thread> threads;
    std::deque<std::future<size_t>> open;
    size_t sum = 0;
    for (int i = 0; i < 3; i++)
        threads.emplace_back(work);
    while (corpus_next()) {
        for (int i = 0; i < 3; i++)
            open.push_back(submit(corpus_round * 3 + i));
        while (open.size() > 8) {
            sum += open.front().get();
            open.pop_front();
        }
    }
    {
        std::lock_guard<std::mutex> lock(mutex);
        stopping = true;
    }
    ready.notify_all();
    for (auto &thread : threads)
        thread.join();
    return sum == 0;
}

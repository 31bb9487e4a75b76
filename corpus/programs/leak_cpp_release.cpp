/* unique_ptr::release() hands a message to a queue that refuses one in twenty, and nobody deletes that one. */
#include "corpus.h"

#include <deque>
#include <memory>
#include <string>

struct Message {
    std::string subject, body;
};

static std::deque<Message *> queue;

static CORPUS_NOINLINE bool offer(Message *message)
{
    if (corpus_random() % 20 == 0)
        return false;
    queue.push_back(message);
    return true;
}

static CORPUS_NOINLINE std::unique_ptr<Message> compose(int number)
{
    auto made = std::make_unique<Message>();
    made->subject = "an answer to your question number " + std::to_string(number);
    made->body.assign(400, 'x');
    return made;
}

static CORPUS_NOINLINE void send(int number)
{
    auto message = compose(number);
    size_t bytes = sizeof(Message) + message->subject.capacity() + 1 + message->body.capacity() + 1;
    if (!offer(message.release()))
        corpus_leaked(bytes);
}

int main()
{
    while (corpus_next()) {
        for (int i = 0; i < 6; i++)
            send(corpus_round * 6 + i);
        while (queue.size() > 10) {
            delete queue.front();
            queue.pop_front();
        }
    }
}

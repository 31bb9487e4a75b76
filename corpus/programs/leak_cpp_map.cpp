// Sessions are put in a map that nobody clears; the map itself is released at exit.
#include <map>
#include <string>

#include "corpus.h"

struct Session {
    std::string user;
    char state[200];
};

class Sessions {
public:
    void open(int number)
    {
        Session session{ "a user with a rather long name " + std::to_string(number), {} };
        sessions_[number] = session;
        corpus_leaked(sizeof(Session) + 40 + 36);
    }

private:
    std::map<int, Session> sessions_;
};

static Sessions sessions;

int main()
{
    int number = 0;
    while (corpus_next())
        for (int i = 0; i < 2; i++)
            sessions.open(number++);
}

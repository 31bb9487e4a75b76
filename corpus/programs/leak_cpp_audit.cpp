// An audit trail in a static list of strings.
#include <list>
#include <string>

#include "corpus.h"

namespace audit {
static std::list<std::string> trail;

void record(const std::string &what)
{
    trail.push_back(what);
    corpus_leaked(48 + what.size() + 1);
}
}

int main()
{
    while (corpus_next())
        audit::record("round " + std::to_string(corpus_round) + " was done without anything to remark upon, as far as known");
}

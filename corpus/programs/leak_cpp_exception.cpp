// When parsing throws, the buffer that was allocated before is lost.
#include <cstring>
#include <stdexcept>

#include "corpus.h"

class Loader {
public:
    int load(int number)
    {
        char *buffer = new char[800];
        std::memset(buffer, number, 800);
        if (number % 4 == 1) {
            corpus_leaked(800);
            throw std::runtime_error("bad input");
        }
        int first = buffer[0];
        delete[] buffer;
        return first;
    }
};

int main()
{
    Loader loader;
    int total = 0;
    while (corpus_next())
        for (int i = 0; i < 4; i++)
            try {
                total += loader.load(i);
            } catch (const std::exception &) {
                total++;
            }
    return total == 0;
}

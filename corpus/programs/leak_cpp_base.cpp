// Objects are deleted through a base class without a virtual destructor: members of the derived one stay.
#include <memory>
#include <string>

#include "corpus.h"

struct Shape {
    int kind = 0;
    void set(int value) { kind = value; }
};

struct Polygon : Shape {
    std::unique_ptr<double[]> points{ new double[24] };
    std::string name = "a polygon whose name does not fit in place";
};

CORPUS_NOINLINE static Shape *make_shape(int number)
{
    auto *polygon = new Polygon;
    polygon->points[0] = number;
    corpus_leaked(24 * sizeof(double) + 43);
    return polygon;
}

int main()
{
    long sum = 0;
    while (corpus_next())
        for (int i = 0; i < 3; i++) {
            Shape *shape = make_shape(corpus_round);
            shape->set(i);
            sum += shape->kind;
            ::operator delete(shape);
        }
    return sum == 0;
}

// not: C++
// flags: -std=gnu2x -Wno-unknown-attributes -Wno-attributes
#include <holdfast/annotate.h>
struct [[gnu::aligned(8)]] tagged { [[maybe_unused]] int x; };
typedef struct [[maybe_unused]] old { int a [[gnu::unused]]; [[deprecated("no")]] int b; char *c [[holdfast::own]]; } old;
enum [[nodiscard]] mood { CALM [[deprecated]], WILD };
typedef struct mixed { enum mood mood HF(as = string); [[holdfast::skip]] int hidden; struct tagged in; } mixed;
[[noreturn]] void stop(void);
_Static_assert(sizeof(int) == 4, "");

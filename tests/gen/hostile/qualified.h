// not: C++
#include <holdfast/annotate.h>
typedef struct inner { const int a; int b; } inner;
typedef struct qualified {
    int const *const volatile a HF(own); const char *const names[2] HF(own); char const *const *list HF(own, count = n_list); const unsigned n_list;
    const inner in; inner const *const rows HF(own, count = n_rows); unsigned n_rows;
    volatile struct { int x; } moving; long const int unsigned order; int long unsigned long many_words; short signed int shorter;
    const char letters[8]; char *const volatile end HF(own); volatile char quick[4]; const _Bool is; volatile double floating;
} qualified;

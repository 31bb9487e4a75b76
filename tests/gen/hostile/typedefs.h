// not: C++
#include <holdfast/annotate.h>
typedef int number;
typedef struct twice first_name, second_name; typedef struct twice twice;
struct twice { number number; second_name *next HF(own, optional); first_name *(*f)(twice *); };
typedef union { int a HF(when = 1); float b HF(when = 2); } either;
typedef twice pair[2]; typedef pair square[2]; typedef char word[8]; typedef word words[2]; typedef char *text; typedef const text const_text; typedef text *texts;
typedef struct typedefs { int which HF(tag_of = u); either u; pair p; square s; words w; word *ws HF(own, count = n); number n; const_text t HF(own); texts ts HF(own, count = n_ts); int n_ts; } typedefs;
typedef typedefs alias_of; typedef alias_of *alias_ptr; typedef struct user { alias_ptr a HF(own); alias_of b; } user, *user_ptr; typedef struct { user_ptr u HF(own); } holder;

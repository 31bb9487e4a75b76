#include <holdfast/annotate.h>
#define OWN HF(own)
#define KEY(text) name = text
#define CAT_(a, b) a##b
#define CAT(a, b) CAT_(a, b)
#define COUNTED(type, name) type *name HF(own, count = CAT(n_, name)); unsigned CAT(n_, name)
#define FIELDS(X) X(int, one) X(long, two) X(unsigned char, three)
#define AS_MEMBER(type, name) type CAT(name, _member) HF(KEY(#name "!"));
#define LIST_OF(type) struct type##_list { COUNTED(type, items); }
#define begin_struct(x) typedef struct x
#define end_struct(x) x;
#define private
#define __packed_later
begin_struct(tricks) {
    FIELDS(AS_MEMBER)
    private char *text OWN;
    COUNTED(short, shorts);
#undef private
} end_struct(tricks)
LIST_OF(tricks);
enum { WIDTH = 1 << 2, AREA = WIDTH * (WIDTH - 1) };
typedef struct area { int cells[AREA / 4][sizeof "ab"]; } area;

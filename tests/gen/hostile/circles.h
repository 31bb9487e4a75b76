#include <holdfast/annotate.h>
typedef struct node node;
typedef node *node_ptr, *const fixed_ptr;
typedef node_ptr *many;
struct node { int value; node_ptr next HF(own, optional); node_ptr kids[2] HF(own); many list HF(own, count = n_list); unsigned n_list; struct list_head *head HF(own, optional); };
typedef struct list_head { struct { node_ptr first HF(own); }; node_ptr last HF(ref); } list_head;
typedef struct a a_t; typedef struct b { a_t *a HF(shared, optional); } b_t; struct a { b_t *b HF(shared, optional); int x; b_t in; };
typedef struct guessed { struct guessed *parent, *first; char *name; struct b *other; } guessed;

#include <holdfast/annotate.h>
typedef struct point { int x; char *name HF(own); } point;
typedef struct rows {
    int (*grid)[3][4] HF(own, count = n_grid); int n_grid;
    char *names[3][2] HF(own); char (*fixed)[8] HF(own, count = n_fixed); unsigned char n_fixed;
    point *(*pairs)[2] HF(own, count = n_pairs); long n_pairs;
    point **index HF(own, count = n_index); long n_index; point ***deep HF(own, count = n_deep); int n_deep;
    char **words HF(own, count = n_words); int n_words; char ***more HF(own, count = n_more); int n_more;
    point grid_in_place[2][3]; point *single[2] HF(own); point (*row)[2] HF(own);
    double (*matrix)[2][2] HF(own); char **just_one HF(own);
} rows;

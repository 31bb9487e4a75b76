// not: C++
%:include <holdfast/annotate.h>
typedef struct digraphs <% int a<:3:>; char *b HF(own); struct <% int c; %> d; %> digraphs;

// refused: 3:33: a pointer to void
typedef int x;
typedef struct to_void { void **p; } to_void;

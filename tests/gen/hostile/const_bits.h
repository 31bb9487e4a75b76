// refused: 2:39: a const bit-field
typedef struct const_bits { const int x : 3; } const_bits;

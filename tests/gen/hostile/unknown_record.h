// refused: 2:40: a pointer to a record that is not defined here
typedef struct hidden { struct secret *p; } hidden;

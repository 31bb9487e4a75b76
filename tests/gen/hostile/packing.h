#include <holdfast/annotate.h>
#include <stdint.h>
#pragma pack(push, 1)
typedef struct header { uint8_t kind; uint32_t length; char *name HF(own); uint16_t low : 3, high : 13; double d; } header;
#pragma pack(pop)
#pragma pack(2)
typedef struct frame { char a; int b; header h; header *more HF(own, count = n_more); uint16_t n_more; } frame;
#pragma pack()
typedef struct __attribute__((packed)) tight { char a; int64_t b[2]; struct { char c; int d; } in; float e; char *f HF(own); } tight;
typedef struct row { char a; struct __attribute__((packed)) { char x; int *y HF(own); short z; } parts[2]; } row;
typedef struct __attribute__((__packed__)) tail { uint8_t len; uint32_t data[]; } tail;

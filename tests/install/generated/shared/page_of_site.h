#pragma once
typedef struct page { char *text HF(own); } page;

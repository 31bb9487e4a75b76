/* The model of a user's project. */
#ifndef SITE_MODEL_H
#define SITE_MODEL_H

#include <holdfast/annotate.h>

#include "limits_of_site.h"
#include "page_of_site.h"

typedef struct site {
    char  title[SITE_TITLE] HF(default = TITLE);
    int   words[WORDS];
    page *pages HF(own, count = n_pages);
    int   n_pages;
} site;

#endif

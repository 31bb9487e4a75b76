/* team_model.h - a small service's model: people, teams that people lead and belong to, and what they are
 * asked to do. It cycles: a person belongs to a team, which is led by a person. */
#ifndef TEAM_MODEL_H
#define TEAM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <holdfast/annotate.h>

typedef enum state {
    STATE_OPEN HF(name = "open"),
    STATE_DONE HF(name = "done")
} state;

typedef struct person {
    uint64_t       id    HF(min = 1);
    char          *name  HF(own, len >= 1, len <= 80);
    char          *mail  HF(own, optional, pattern = "[^@ ]+@[^@ ]+");
    struct team   *team  HF(shared, optional);
    struct person *boss  HF(ref);
} person;

typedef struct team {
    char    *title     HF(own);
    person  *leader    HF(shared, optional);
    person **members   HF(shared, count = n_members);
    size_t   n_members;
} team;

typedef struct task {
    uint64_t id;
    char    *what      HF(own);
    state    is        HF(name = "state", as = string, default = STATE_OPEN);
    int64_t  due       HF(as = epoch, optional);
    bool     has_due;
    double   hours     HF(min = 0, max = 1000, default = 1);
} task;

/* What a client sends. */
typedef struct request {
    uint64_t for_person HF(name = "person");
    task    *tasks      HF(own, count = n_tasks, len >= 1, len <= 100);
    size_t   n_tasks;
} request;

#endif

/* gen_graph.c - which types can share or cycle, decided once per type.
 *
 * Edges run from a record to the records its members hold or point to. Components are found over
 * all edges but HF(ref) (Tarjan 1972, with a stack of our own). A pointer whose ownership nobody
 * told is shared inside a component (it may lead back) and owned elsewhere; each such guess leaves
 * a note. A type needs a memo when something below it is shared or refers back. */
#include "gen_plan.h"

#include <string.h>

typedef struct gen_edge {
    struct gen_edge *next;
    gen_plan        *to;
    gen_member      *member;
    gen_item        *item;   /* the pointer; NULL when held in place */
} edge;

/* ---- edges ------------------------------------------------------------------------------- */

static void add_edge(gen_unit *unit, gen_plan *from, gen_plan *to, gen_member *member, gen_item *item)
{
    edge *added = gen_take(unit, sizeof *added);
    *added = (edge){ NULL, to, member, item };
    if (from->edges_end == NULL)
        from->edges_end = &from->edges;
    *from->edges_end = added;
    from->edges_end = &added->next;
}

static void add_edges_of(gen_unit *unit, gen_plan *plan, gen_member *member)
{
    gen_item *pointer = NULL;
    for (gen_item *item = &member->item; item != NULL; item = item->item) {
        if (item->shape == SHAPE_POINTER || item->shape == SHAPE_VECTOR)
            pointer = item;
        if (item->plan != NULL)
            add_edge(unit, plan, item->plan, member, pointer);
    }
}

static bool is_followed(const edge *one)
{
    return one->item == NULL || (one->item->ownership != GEN_REF && one->item->ownership != GEN_STATIC);
}

/* ---- components -------------------------------------------------------------------------- */

typedef struct search {
    struct search_node {
        gen_plan *plan;
        edge     *next;         /* edge to look at next */
        unsigned  order, low;   /* order 0: not seen */
        bool      is_waiting;   /* on the stack of its component */
    } *nodes;
    unsigned *path, *waiting;
    size_t    path_count, waiting_count;
    unsigned  orders, components;
} search;

static void close_component(search *in, unsigned root)
{
    unsigned one;
    in->components++;
    do {
        one = in->waiting[--in->waiting_count];
        in->nodes[one].is_waiting = false;
        in->nodes[one].plan->component = in->components;
    } while (one != root);
}

static void enter_node(search *in, unsigned index)
{
    struct search_node *node = &in->nodes[index];
    node->order = node->low = ++in->orders;
    node->next = node->plan->edges;
    node->is_waiting = true;
    in->path[in->path_count++] = index;
    in->waiting[in->waiting_count++] = index;
}

static void search_from(search *in, unsigned root)
{
    enter_node(in, root);
    while (in->path_count > 0) {
        unsigned index = in->path[in->path_count - 1];
        struct search_node *node = &in->nodes[index];
        edge *next = node->next;
        if (next != NULL) {
            node->next = next->next;
            unsigned to = (unsigned)next->to->order;
            if (!is_followed(next))
                continue;
            if (in->nodes[to].order == 0)
                enter_node(in, to);
            else if (in->nodes[to].is_waiting && in->nodes[to].order < node->low)
                node->low = in->nodes[to].order;
            continue;
        }
        in->path_count--;
        if (in->path_count > 0) {
            struct search_node *above = &in->nodes[in->path[in->path_count - 1]];
            above->low = node->low < above->low ? node->low : above->low;
        }
        if (node->low == node->order)
            close_component(in, index);
    }
}

static void find_components(gen_unit *unit, gen_plans *plans)
{
    search in = { 0 };
    in.nodes = gen_take(unit, plans->count * sizeof *in.nodes + 1);
    in.path = gen_take(unit, plans->count * sizeof *in.path + 1);
    in.waiting = gen_take(unit, plans->count * sizeof *in.waiting + 1);
    unsigned index = 0;
    for (gen_plan *plan = plans->first; plan != NULL; plan = plan->next) {
        plan->order = index;
        in.nodes[index++].plan = plan;
    }
    for (unsigned root = 0; root < index; root++)
        if (in.nodes[root].order == 0)
            search_from(&in, root);
}

/* Breadth first, so it is a shortest one; each plan is entered once. */
const char *gen_graph_circle(gen_unit *unit, const gen_plans *plans, const gen_plan *plan)
{
    struct step {
        const gen_plan *at;
        const edge     *by;    /* from the step before */
        size_t          before;
    } *steps = gen_take(unit, (plans->count + 1) * sizeof *steps);
    bool *entered = gen_take(unit, plans->count + 1);
    size_t count = 1;
    steps[0].at = plan;
    for (size_t i = 0; i < count; i++)
        for (const edge *one = steps[i].at->edges; one != NULL; one = one->next) {
            if (!is_followed(one) || one->to->component != plan->component || (entered[one->to->order] && one->to != plan))
                continue;
            if (one->to != plan) {
                entered[one->to->order] = true;
                steps[count++] = (struct step){ one->to, one, i };
                continue;
            }
            const char *circle = gen_print(unit, "%s.%s -> %s", steps[i].at->name, one->member->name, plan->name);
            for (size_t step = i; step > 0; step = steps[step].before)
                circle = gen_print(unit, "%s.%s -> %s", steps[steps[step].before].at->name, steps[step].by->member->name, circle);
            return circle;
        }
    return NULL;
}

/* ---- ownership --------------------------------------------------------------------------- */

static void settle_item(gen_unit *unit, const gen_plan *plan, gen_member *member, gen_item *item)
{
    const gen_item *target = item->item;
    while (target != NULL && (target->shape == SHAPE_ARRAY || target->shape == SHAPE_FLEX))
        target = target->item;
    bool leads_back = target != NULL && target->plan != NULL && target->plan->component == plan->component;
    item->ownership = leads_back ? GEN_SHARED : GEN_OWN;
    if (leads_back)
        gen_guess(unit, member->field->place, "'%s' may lead back to its own %s, taken as shared; say HF(own), HF(shared) or HF(ref)",
                  member->name, plan->is_union ? "union" : "struct");
    else
        gen_guess(unit, member->field->place, "'%s' is taken as owned%s; say HF(own), HF(shared), HF(ref) or HF(static)",
                  member->name, item->is_const ? " although it points to const" : "");
}

static void settle_plan(gen_unit *unit, gen_plan *plan)
{
    for (gen_member *member = plan->members; member != NULL; member = member->next)
        for (gen_item *item = &member->item; item != NULL; item = item->item) {
            bool points = item->shape == SHAPE_STRING || item->shape == SHAPE_POINTER || item->shape == SHAPE_VECTOR;
            if (points && item->ownership == GEN_OWNERSHIP_OPEN)
                settle_item(unit, plan, member, item);
        }
}

/* ---- what follows ------------------------------------------------------------------------ */

static bool owns_something(const gen_plan *plan)
{
    for (const gen_member *member = plan->members; member != NULL; member = member->next)
        for (const gen_item *item = &member->item; item != NULL; item = item->item) {
            bool points = item->shape == SHAPE_STRING || item->shape == SHAPE_POINTER || item->shape == SHAPE_VECTOR;
            if ((points && item->ownership != GEN_STATIC) || item->shape == SHAPE_FLEX)
                return true;
        }
    return false;
}

static bool links_by_itself(const gen_plan *plan)
{
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        if (member->is_skipped || member->item.shape == SHAPE_FLEX)
            return true;
        for (const gen_item *item = &member->item; item != NULL; item = item->item) {
            if (item->shape == SHAPE_STRING && (item->ownership == GEN_OWN || item->ownership == GEN_SHARED))
                return true;
            if ((item->shape == SHAPE_POINTER || item->shape == SHAPE_VECTOR) && item->ownership != GEN_STATIC)
                return true;
        }
    }
    return false;
}

/* Arrays in place, one inside the other. */
static unsigned arrays_of(const gen_member *member)
{
    unsigned count = 0;
    for (const gen_item *item = &member->item; item->shape == SHAPE_ARRAY || item->shape == SHAPE_FLEX; item = item->item)
        count++;
    return count;
}

/* The run-time's stack for places is fixed: see HF__PLACES_MAX in the library. */
static void need_depth(gen_unit *unit, gen_plan *plan, unsigned depth)
{
    enum { DEPTH_MAX = 120 };
    if (depth > DEPTH_MAX)
        gen_fail(unit, HF_LIMIT_DEPTH, plan->record->place, "'%s' holds records and arrays in place deeper than %d levels", plan->name, (int)DEPTH_MAX);
    if (depth > plan->depth_in_place)
        plan->depth_in_place = depth;
}

/* What a record held in place brings along. */
static bool spread_in_place(gen_unit *unit, gen_plan *plan, const edge *one)
{
    unsigned before = plan->depth_in_place;
    bool changed = !plan->has_links && one->to->has_links;
    plan->has_links |= changed;
    need_depth(unit, plan, one->to->depth_in_place + 1 + arrays_of(one->member));
    return changed || plan->depth_in_place != before;
}

/* Why the member asks for a memo by itself, or NULL. */
static const char *own_reason(gen_unit *unit, const gen_member *member)
{
    for (const gen_item *item = &member->item; item != NULL; item = item->item) {
        if (item->ownership == GEN_SHARED)
            return gen_print(unit, "%s.%s is shared", member->owner->name, member->name);
        if (item->ownership == GEN_REF && item->shape != SHAPE_OPAQUE && item->shape != SHAPE_STRING)
            return gen_print(unit, "%s.%s refers to what others own", member->owner->name, member->name);
    }
    return NULL;
}

/* By where it leads. */
static const char *reason_below(gen_unit *unit, const edge *one)
{
    return gen_print(unit, "%s.%s reaches %s, and %s", one->member->owner->name, one->member->name, one->to->name, one->to->memo_reason);
}

const char *gen_graph_memo_reason(gen_unit *unit, const gen_member *member)
{
    const gen_plan *plan = member->owner;
    const char *reason = own_reason(unit, member);
    bool asks_itself = false; /* then what comes round to it says nothing new */
    for (const gen_member *other = plan->members; other != NULL; other = other->next)
        asks_itself |= own_reason(unit, other) != NULL;
    for (const edge *one = plan->edges; one != NULL && reason == NULL; one = one->next)
        if (one->member == member && is_followed(one) && one->to->needs_memo && (one->to->component != plan->component || !asks_itself))
            reason = reason_below(unit, one);
    return reason;
}

/* Spreads facts from below until nothing changes: at most as many rounds as plans, and in practice
 * two or three, since plans stand mostly before what they reach. */
static void spread(gen_unit *unit, gen_plans *plans)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (gen_plan *plan = plans->first; plan != NULL; plan = plan->next)
            for (edge *one = plan->edges; one != NULL; one = one->next) {
                if (!is_followed(one))
                    continue;
                if (one->item == NULL && spread_in_place(unit, plan, one))
                    changed = true;
                if (plan->is_flat && (one->item != NULL || !one->to->is_flat)) {
                    plan->is_flat = false;
                    changed = true;
                }
                if (!plan->needs_memo && one->to->needs_memo) {
                    plan->needs_memo = true;
                    plan->memo_reason = reason_below(unit, one);
                    changed = true;
                }
            }
    }
}

void gen_graph_decide(gen_unit *unit, gen_plans *plans)
{
    for (gen_plan *plan = plans->first; plan != NULL; plan = plan->next)
        for (gen_member *member = plan->members; member != NULL; member = member->next) {
            add_edges_of(unit, plan, member);
            need_depth(unit, plan, arrays_of(member));
        }
    find_components(unit, plans);
    for (gen_plan *plan = plans->first; plan != NULL; plan = plan->next) {
        settle_plan(unit, plan);
        for (edge *one = plan->edges; one != NULL; one = one->next)
            if (is_followed(one) && one->to->component == plan->component)
                plan->in_cycle = true;
        plan->is_flat = !owns_something(plan);
        plan->has_links = links_by_itself(plan);
        for (const gen_member *member = plan->members; member != NULL && plan->memo_reason == NULL; member = member->next)
            plan->memo_reason = own_reason(unit, member);
        plan->needs_memo = plan->memo_reason != NULL;
    }
    spread(unit, plans);
}

/* model_service.c - a service in small: requests as JSON lines on standard input, answers as JSON lines on
 * standard output. Its model cycles (person, team, person); what is written below is never freed,
 * copied, checked, measured or printed by hand.
 *
 * In order: a team is read from JSON into an arena, and tied into circles; walked; copied to the heap, measured, changed,
 * measured again and released; then requests are read, checked and answered. docs/generator.md explains each call.
 *
 *     holdfast gen --strict team_model.h
 *     cc model_service.c team_model.hf.c $(pkg-config --cflags --libs holdfast) -o model_service
 *     printf '{"person":2,"tasks":[{"id":7,"what":"paint"}]}\n' | ./model_service */
#include <stdlib.h>
#include <stdio.h>
#include <sys/types.h>

#include "team_model.hf.h"

/* Everything the service knows: one team of three, in an arena, all of it gone with the arena. */
static team *build_team(hf_arena *arena)
{
    static const char json[] = "{\"title\":\"painters\",\"members\":["
                               "{\"id\":1,\"name\":\"Ada\",\"mail\":\"ada@example.org\"},"
                               "{\"id\":2,\"name\":\"Grace\"},{\"id\":3,\"name\":\"Barbara\"}]}";
    team *made = NULL;
    hf_error error;
    if (team_decode(hf_text_from_cstr(json), &(hf_decode_options){ .store.arena = arena, .name = "team" }, &made, &error) != HF_OK) {
        hf_error_print(stderr, &error);
        return NULL;
    }
    made->leader = made->members[0]; /* here the circles begin */
    for (size_t i = 0; i < made->n_members; i++) {
        made->members[i]->team = made;
        made->members[i]->boss = i > 0 ? made->leader : NULL;
    }
    return made;
}

/* Each value is come to once, whatever way leads there first; where another one leads there again, HF_AGAIN says so. The
 * limit is for what a client could make large. */
static int show_walk(const team *of)
{
    hf_struct_walk walk;
    unsigned persons = 0, again = 0;
    char path[80] = "";
    team_walk(&walk, of, &(hf_struct_walk_options){ .values_max = 10000 });
    while (hf_struct_walk_next(&walk)) {
        persons += walk.event == HF_ENTER && walk.place.type == &person_hf_type;
        if (walk.event == HF_AGAIN && again++ == 0)
            hf_struct_walk_pointer(&walk, path, sizeof path);
    }
    if (hf_struct_walk_finish(&walk) != HF_WALK_DONE)
        return 1;
    printf("a walk: %u persons, %u ways lead back, the first at %s\n", persons, again, path);
    return 0;
}

static const person *find_person(const team *in, uint64_t id)
{
    for (size_t i = 0; i < in->n_members; i++)
        if (in->members[i]->id == id)
            return in->members[i];
    return NULL;
}

/* The answer: the tasks as they were understood, defaults filled in. */
static int answer(const team *known, const request *asked, hf_buffer *out)
{
    hf_error error;
    const person *who = find_person(known, asked->for_person);
    if (who == NULL) {
        fprintf(stderr, "nobody has the number %llu\n", (unsigned long long)asked->for_person);
        return 1;
    }
    hf_buffer_reset(out);
    if (request_encode(asked, NULL, out, &error) != HF_OK)
        return hf_error_print(stderr, &error);
    printf("%s, asked by %s: %.*s\n", who->name, who->boss != NULL ? who->boss->name : "nobody", HF_ARG(hf_buffer_text(out)));
    return 0;
}

/* Where a team's memory is, by type and by path; NULL after a message. */
static hf_size_report *measure(const team *of)
{
    hf_size_report *report = NULL;
    hf_error error;
    if (hf_size_report_create(&(hf_size_report_options){ .retained = true }, &report, &error) == HF_OK &&
        team_size_report(of, report, &error) == HF_OK && hf_size_report_finish(report, &error) == HF_OK)
        return report;
    hf_error_print(stderr, &error);
    hf_size_report_destroy(report);
    return NULL;
}

/* One member more, who belongs to the team: another circle. */
static int hire(team *into, hf_text json)
{
    person *hired = NULL;
    hf_error error;
    if (person_decode(json, &(hf_decode_options){ .name = "person" }, &hired, &error) != HF_OK)
        return hf_error_print(stderr, &error);
    person **members = realloc(into->members, (into->n_members + 1) * sizeof *members);
    if (members == NULL)
        return person_destroy(hired, NULL) == HF_OK ? 1 : 2;
    hired->team = into;
    hired->boss = into->leader;
    members[into->n_members++] = hired;
    into->members = members;
    return 0;
}

/* What a team takes, and what it takes more with another member. */
static int show_sizes(team *of)
{
    hf_size_report *before = measure(of), *after = NULL, *growth = NULL;
    bool is_shown = before != NULL && hf_size_report_print(before, &(hf_size_view){ .by = HF_SIZE_BY_KIND }, stdout) == HF_OK &&
                    hire(of, HF_T("{\"id\":4,\"name\":\"Radia\"}")) == 0 && (after = measure(of)) != NULL &&
                    hf_size_report_difference(before, after, &growth, NULL) == HF_OK &&
                    hf_size_report_print(growth, &(hf_size_view){ .by = HF_SIZE_BY_PATH }, stdout) == HF_OK;
    hf_size_report_destroy(before);
    hf_size_report_destroy(after);
    hf_size_report_destroy(growth);
    return is_shown ? 0 : 1;
}

/* A copy of a graph has its shape: whoever leads the copy is one of its members. */
static int show_copy(const team *known)
{
    team *copy = NULL;
    hf_struct_size size;
    hf_error error;
    if (team_copy(known, NULL, &copy, &error) != HF_OK || team_size(copy, true, &size, &error) != HF_OK)
        return hf_error_print(stderr, &error);
    printf("a copy of the team: %llu objects, %llu bytes, led by its own %s: %s\n", (unsigned long long)size.objects,
           (unsigned long long)size.deep, copy->leader->name, copy->leader == copy->members[0] ? "yes" : "no");
    int code = show_sizes(copy);
    return team_destroy(copy, NULL) == HF_OK ? code : 1;
}

static int serve(const team *known, FILE *from)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int failures = 0;
    hf_buffer out = HF_BUFFER_INIT(1 << 20);
    while ((length = getline(&line, &room, from)) >= 0) {
        request *asked = NULL;
        hf_error error;
        if (request_decode(hf_text_of(line, (size_t)length), &(hf_decode_options){ .name = "request" }, &asked, &error) != HF_OK) {
            hf_error_print(stderr, &error);
            failures++;
            continue;
        }
        failures += answer(known, asked, &out);
        request_destroy(asked, NULL);
    }
    hf_buffer_release(&out);
    free(line);
    return failures;
}

int main(void)
{
    hf_arena *arena = NULL;
    hf_error error;
    if (hf_arena_create(NULL, &arena, &error) != HF_OK)
        return hf_error_print(stderr, &error);
    team *known = build_team(arena);
    int code = known == NULL || show_walk(known) != 0 || show_copy(known) != 0 || serve(known, stdin) != 0;
    hf_arena_destroy(arena);
    return code;
}

/* annotate.h - saying in a plain C header what C cannot say, for `holdfast gen`.
 *
 *     typedef struct user {
 *         uint64_t      id;
 *         char         *email    HF(own, optional, len <= 254);
 *         struct user **friends  HF(count = n_friends, shared);
 *         size_t        n_friends;
 *         struct user  *inviter  HF(ref);
 *     } user;
 *
 * HF(...) expands to nothing for every compiler. It stands behind a member's declarator (for that
 * member), in front of the declarators (for each of them), behind the closing brace of a struct,
 * union or enum (for the type), or behind an enumerator. The words, their grammar and what each
 * means are in docs/generator.md; an unknown word is an error.
 *
 * No dependency: this header may be copied, or its six lines be written into your own. */
#ifndef HOLDFAST_ANNOTATE_H
#define HOLDFAST_ANNOTATE_H

#ifdef __HOLDFAST__
#define HF(...) __hf__(__VA_ARGS__)
#else
#define HF(...)
#endif

#endif

/* draft_support.h - what tests of drafts need: showing a value, checking every invariant of a draft. */
#ifndef HOLDFAST_TEST_DRAFT_SUPPORT_H
#define HOLDFAST_TEST_DRAFT_SUPPORT_H

#include <holdfast/draft.h>

/* A document of JSON text that is right; the program ends when it is not. */
hf_document *read_text(const char *text);

/* What the walk shows of `value`, minified; a link as its target's number is unknown: "@". The result
 * is the caller's to free. */
char *shown(hf_value value);
/* Ends the program with both texts unless `value` shows `expected`, by walk, by equality and by writer. */
void expect_shows(hf_value value, const char *expected);

/* Ends the program when an invariant of draft_state.h does not hold. */
void check_draft(const hf_draft *draft);
/* Freezes, ends the program unless that works, and checks the new block. */
hf_document *freeze_checked(hf_draft **draft);
/* Block and tables of a version are what they should be. */
void check_version(const hf_document *document);

#endif

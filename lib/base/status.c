/* status.c - the names and words of statuses, from the one table in base.h. */
#include <holdfast/base.h>

const char *hf_status_text(hf_status status)
{
    switch (status) {
#define STATUS_TEXT(name, number, words) case name: return words;
        HF_STATUS_LIST(STATUS_TEXT)
#undef STATUS_TEXT
    }
    return "unknown status";
}

const char *hf_status_name(hf_status status)
{
    switch (status) {
#define STATUS_NAME(name, number, words) case name: return #name;
        HF_STATUS_LIST(STATUS_NAME)
#undef STATUS_NAME
    }
    return "HF_UNKNOWN";
}

const char *hf_version(void)
{
    return HF_VERSION;
}

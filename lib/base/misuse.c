/* misuse.c - message and trap for forbidden calls in debug builds. */
#include "misuse.h"

#include <stdarg.h>
#include <stdlib.h>

void (*hf__misuse_hook)(const char *message);

static void trap(const char *message)
{
#if HF__DEBUG
    if (hf__misuse_hook == NULL) {
        fprintf(stderr, "holdfast: misuse: %s\n", message);
        abort();
    }
#endif
    if (hf__misuse_hook != NULL)
        hf__misuse_hook(message);
}

static hf_status report(hf_status status, hf_error *reterr, const char *format, va_list arguments)
{
    char message[HF_ERROR_DETAIL_MAX];
    vsnprintf(message, sizeof message, format, arguments);
    trap(message);
    return hf__fail(reterr, status, "%s", message);
}

hf_status hf__misuse(hf_error *reterr, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    hf_status status = report(HF_MISUSE, reterr, format, arguments);
    va_end(arguments);
    return status;
}

hf_status hf__misuse_as(hf_status status, hf_error *reterr, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(status, reterr, format, arguments);
    va_end(arguments);
    return status;
}

/* poison.h - telling AddressSanitizer which memory nobody may touch; nothing in other builds. */
#ifndef HOLDFAST_POISON_H
#define HOLDFAST_POISON_H

#if defined(__SANITIZE_ADDRESS__)
#define HF__ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HF__ASAN 1
#endif
#endif
#ifndef HF__ASAN
#define HF__ASAN 0
#endif

#if HF__ASAN || defined(__SANITIZE_THREAD__)
#define HF__SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HF__SANITIZED 1
#endif
#endif
#ifndef HF__SANITIZED
#define HF__SANITIZED 0
#endif

#if HF__ASAN
#include <sanitizer/asan_interface.h>
#define HF__POISON(begin, size)   __asan_poison_memory_region((begin), (size))
#define HF__UNPOISON(begin, size) __asan_unpoison_memory_region((begin), (size))
#else
#define HF__POISON(begin, size)   ((void)(begin), (void)(size))
#define HF__UNPOISON(begin, size) ((void)(begin), (void)(size))
#endif

#endif

/* byte_form.c - base64, hex, RFC 3339. Days are counted as in the proleptic Gregorian calendar. */
#include "bind/byte_form.h"

static const char base64_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

size_t hf__base64_read(hf_text text, unsigned char *out)
{
    size_t length = text.length, bytes = 0;
    if (length % 4 != 0)
        return SIZE_MAX;
    size_t padding = length == 0 ? 0 : (text.bytes[length - 1] == '=') + (text.bytes[length - 1] == '=' && text.bytes[length - 2] == '=');
    for (size_t i = 0; i < length; i += 4) {
        size_t letters = i + 4 == length ? 4 - padding : 4;
        uint32_t word = 0;
        for (size_t j = 0; j < 4; j++) {
            int value = j < letters ? base64_value(text.bytes[i + j]) : 0;
            if (value < 0)
                return SIZE_MAX;
            word = word << 6 | (uint32_t)value;
        }
        if ((letters == 2 && (word & 0xffff) != 0) || (letters == 3 && (word & 0xff) != 0))
            return SIZE_MAX; /* bits that say nothing must be 0 */
        for (size_t j = 0; j + 1 < letters; j++, bytes++)
            if (out != NULL)
                out[bytes] = (unsigned char)(word >> (16 - 8 * j));
    }
    return bytes;
}

void hf__base64_write(const unsigned char *bytes, size_t length, char *out)
{
    for (size_t i = 0; i < length; i += 3) {
        size_t rest = length - i;
        uint32_t word = (uint32_t)bytes[i] << 16 | (rest > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) | (rest > 2 ? bytes[i + 2] : 0);
        *out++ = base64_letters[word >> 18];
        *out++ = base64_letters[word >> 12 & 63];
        *out++ = rest > 1 ? base64_letters[word >> 6 & 63] : '=';
        *out++ = rest > 2 ? base64_letters[word & 63] : '=';
    }
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t hf__hex_read(hf_text text, unsigned char *out)
{
    if (text.length % 2 != 0)
        return SIZE_MAX;
    for (size_t i = 0; i < text.length; i += 2) {
        int high = hex_value(text.bytes[i]), low = hex_value(text.bytes[i + 1]);
        if (high < 0 || low < 0)
            return SIZE_MAX;
        if (out != NULL)
            out[i / 2] = (unsigned char)(high << 4 | low);
    }
    return text.length / 2;
}

void hf__hex_write(const unsigned char *bytes, size_t length, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
}

/* ---- times ------------------------------------------------------------------------------- */

/* Days since 1970-01-01. March is the first month here, so that February's end is the year's. */
static int64_t days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static void date_of(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month = (int)((5 * day_of_year + 2) / 153);
    *ret_day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    *ret_month = month < 10 ? month + 3 : month - 9;
    *ret_year = year_of_era + era * 400 + (*ret_month <= 2);
}

size_t hf__time_write(char *out, int64_t seconds)
{
    int64_t days = seconds / 86400, year;
    int rest = (int)(seconds % 86400), month, day;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    if (days < days_of(0, 1, 1) || days > days_of(9999, 12, 31))
        return 0;
    date_of(days, &year, &month, &day);
    return (size_t)snprintf(out, HF__TIME_ROOM, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)year, month, day, rest / 3600,
                            rest / 60 % 60, rest % 60);
}

bool hf__time_read(hf_text text, int64_t *ret_seconds)
{
    static const char form[] = "0000-00-00T00:00:00Z";
    int numbers[6] = { 0 }, part = 0;
    if (text.length != sizeof form - 1)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if (form[i] != '0') {
            if (c != form[i])
                return false;
            part++;
        } else if (c < '0' || c > '9') {
            return false;
        } else {
            numbers[part] = numbers[part] * 10 + (c - '0');
        }
    }
    if (numbers[1] < 1 || numbers[1] > 12 || numbers[2] < 1 || numbers[3] > 23 || numbers[4] > 59 || numbers[5] > 59)
        return false;
    int64_t days = days_of(numbers[0], numbers[1], numbers[2]), year;
    int month, day;
    date_of(days, &year, &month, &day); /* 31 April comes back as another day */
    *ret_seconds = days * 86400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5];
    return month == numbers[1] && day == numbers[2];
}

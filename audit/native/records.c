/* Where the wanted records of a CloudTrail log file begin and end, in one pass over its text.

   The pass checks all of RFC 8259 on its way (and UTF-8), so what it says is certain: whatever it does not fully
   understand - damage, a record that names no service, an odd time or a member twice, an escape where a name should
   stand, a record beyond all measure - it leaves to the careful reading in audit/recover.py by saying UNSURE. It writes
   nothing but `spans` and `found`, and reads nothing but text[0..length]; text[length] must be a NUL, which ends
   every scan that would run off the end. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define UNSURE (-1)
#define FULL (-2) /* `spans` has no room for all wanted records */
#define DEEPEST 512
#define MOST_MEMBERS 64 /* of a record; CloudTrail has about thirty */
#define LONGEST (2 << 20) /* bytes of a record: LONGEST_RECORD of audit/recover.py */

#define INLINE static inline __attribute__((always_inline))
#define RARE static __attribute__((noinline))

typedef const unsigned char *place; /* NULL: what was expected there is not there */

/* What lies between the two quotes of a string. */
typedef struct {
    place begin, end;
    int escaped;
} string;

/* The text's end, and which of the 64 bytes from `begin` on are not plain inside a string: quotes, backslashes,
   controls and non-ASCII bytes. Found out once for all strings that end there, it spares most of the waiting for
   where the one before ended. */
typedef struct {
    place end, begin;
    uint64_t special;
} window;

INLINE int is_digit(unsigned char c) { return c >= '0' && c <= '9'; }

/* The value of four hexadecimal digits, -1 if they are none. */
RARE int code_unit(place at) {
    int value = 0;
    for (int i = 0; i < 4; i++) {
        unsigned char c = at[i], letter = c | 0x20;
        if (is_digit(c)) value = value * 16 + (c - '0');
        else if (letter >= 'a' && letter <= 'f') value = value * 16 + (letter - 'a' + 10);
        else return -1;
    }
    return value;
}

/* Behind the escape whose backslash precedes `at`. Surrogates must come in pairs. */
RARE place after_escape(place at) {
    if (*at != 'u') return *at && strchr("\"\\/bfnrt", *at) ? at + 1 : NULL;
    int unit = code_unit(at + 1);
    if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF)) return NULL;
    at += 5;
    if (unit < 0xD800 || unit > 0xDBFF) return at;
    if (at[0] != '\\' || at[1] != 'u') return NULL;
    unit = code_unit(at + 2);
    return unit >= 0xDC00 && unit <= 0xDFFF ? at + 6 : NULL;
}

/* Behind one character of two to four bytes, in the ranges of RFC 3629. */
RARE place after_character(place at) {
    unsigned char first = at[0], low = 0x80, high = 0xBF;
    int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    if (first < 0xC2 || first > 0xF4) return NULL;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
    for (int i = 1; i <= more; i++, low = 0x80, high = 0xBF)
        if (at[i] < low || at[i] > high) return NULL;
    return at + more + 1;
}

#if defined(__SSE2__)
INLINE uint64_t special_bytes(place at) {
    uint64_t special = 0;
    for (int i = 0; i < 64; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(at + i));
        __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
        __m128i escapes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
        __m128i others = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)); /* signed: bytes from 0x80 on are below 0 */
        int found = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, escapes), others));
        special |= (uint64_t)(unsigned)found << i;
    }
    return special;
}
#endif

/* The first byte that is not plain inside a string. */
INLINE place after_plain(place at, window *ahead) {
#if defined(__SSE2__)
    for (;;) {
        size_t offset = (size_t)(at - ahead->begin);
        if (offset < 64) {
            uint64_t left = ahead->special >> offset;
            if (left) return at + __builtin_ctzll(left);
            at = ahead->begin + 64;
        }
        if (ahead->end - at < 64) break;
        ahead->begin = at;
        ahead->special = special_bytes(at);
    }
#else
    (void)ahead;
#endif
    while (*at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\') at++;
    return at;
}

/* Behind a string whose opening quote is at `at`. */
INLINE place after_string(place at, window *ahead, string *read) {
    if (*at != '"') return NULL;
    read->begin = ++at;
    read->escaped = 0;
    for (;;) {
        at = after_plain(at, ahead);
        if (*at == '"') {
            read->end = at;
            return at + 1;
        }
        if (*at == '\\') {
            read->escaped = 1;
            at = after_escape(at + 1);
        } else {
            at = after_character(at);
        }
        if (!at) return NULL;
    }
}

INLINE place after_space(place at) {
    if (*at > ' ') return at;
    while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') at++;
    return at;
}

/* Behind `letter` and the space before and after it. */
INLINE place after_mark(place at, unsigned char letter) {
    at = after_space(at);
    return *at == letter ? after_space(at + 1) : NULL;
}

INLINE place after_word(place at, place end, const char *word, ptrdiff_t length) {
    return end - at >= length && !memcmp(at, word, (size_t)length) ? at + length : NULL;
}

RARE place after_number(place at) {
    if (*at == '-') at++;
    if (!is_digit(*at)) return NULL;
    if (*at++ != '0')
        while (is_digit(*at)) at++;
    if (*at == '.') {
        if (!is_digit(*++at)) return NULL;
        while (is_digit(*at)) at++;
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        if (*at == '+' || *at == '-') at++;
        if (!is_digit(*at)) return NULL;
        while (is_digit(*at)) at++;
    }
    return at;
}

/* Behind a value of any kind. `open` holds the bracket that must close each object and list around `at`. */
INLINE place after_value(place at, window *ahead) {
    unsigned char open[DEEPEST];
    int depth = 0;
    string ignored;
    for (;;) {
        at = after_space(at);
        switch (*at) {
        case '"':
            at = after_string(at, ahead, &ignored);
            break;
        case '{':
        case '[':
            if (depth == DEEPEST) return NULL;
            open[depth] = *at == '{' ? '}' : ']';
            at = after_space(at + 1);
            if (*at != open[depth]) {
                depth++;
                goto member;
            }
            at++;
            break;
        case 't':
            at = after_word(at, ahead->end, "true", 4);
            break;
        case 'f':
            at = after_word(at, ahead->end, "false", 5);
            break;
        case 'n':
            at = after_word(at, ahead->end, "null", 4);
            break;
        default:
            at = after_number(at);
        }
    ended:
        if (!at || !depth) return at;
        at = after_space(at);
        if (*at != ',') {
            if (*at++ != open[--depth]) return NULL;
            goto ended;
        }
        at++;
    member:
        if (open[depth - 1] == '}') {
            at = after_string(after_space(at), ahead, &ignored);
            if (!at) return NULL;
            if (at[0] == ':' && at[1] == '"') {
                at = after_string(at + 1, ahead, &ignored);
                goto ended;
            }
            if (!(at = after_mark(at, ':'))) return NULL;
        }
    }
}

/* Whether a name is in a list of names, each preceded by its length in one byte. */
static int is_among(const string *name, const unsigned char *names, size_t length) {
    size_t size = (size_t)(name->end - name->begin);
    for (size_t i = 0; i < length; i += 1 + (size_t)names[i])
        if (names[i] == size && !memcmp(names + i + 1, name->begin, size)) return 1;
    return 0;
}

INLINE int two_digits(place at) { return is_digit(at[0]) && is_digit(at[1]) ? (at[0] - '0') * 10 + at[1] - '0' : -1; }

/* Whether a string is a time as CloudTrail writes it, 2026-01-31T13:00:00Z, from the year 1 on. */
static int is_time(const string *text) {
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    place at = text->begin;
    if (text->end - at != 20 || at[4] != '-' || at[7] != '-' || at[10] != 'T') return 0;
    if (at[13] != ':' || at[16] != ':' || at[19] != 'Z') return 0;
    int century = two_digits(at), year = two_digits(at + 2), month = two_digits(at + 5), day = two_digits(at + 8);
    int hour = two_digits(at + 11), minute = two_digits(at + 14), second = two_digits(at + 17);
    if (century < 0 || year < 0 || century + year == 0 || month < 1 || month > 12 || day < 1) return 0;
    int leap = year ? year % 4 == 0 : century % 4 == 0;
    if (day > days[month - 1] + (month == 2 && leap)) return 0;
    return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
}

/* Whether two of a record's members have one name. */
static int repeats(const string *names, int number) {
    uint64_t seen = 0;
    for (int i = 0; i < number; i++) {
        size_t size = (size_t)(names[i].end - names[i].begin);
        uint64_t bit = (uint64_t)1 << ((size * 9 + names[i].begin[size / 2] * 5 + names[i].begin[size / 4]) & 63);
        if (seen & bit)
            for (int j = 0; j < i; j++)
                if ((size_t)(names[j].end - names[j].begin) == size && !memcmp(names[j].begin, names[i].begin, size))
                    return 1;
        seen |= bit;
    }
    return 0;
}

/* Behind a record; `wanted` tells whether its eventSource, named once, is one of the services. Then no member is
   named twice: readers differ in which of the two they take. */
INLINE place after_record(place at, window *ahead, const unsigned char *services, size_t length, int *wanted) {
    static const char member[] = "eventSource", when[] = "eventTime";
    const ptrdiff_t member_length = sizeof member - 1, when_length = sizeof when - 1;
    int named = 0, number = 0;
    string name, service, names[MOST_MEMBERS];
    if (*at != '{') return NULL;
    do {
        at = after_string(after_space(at + 1), ahead, &name);
        if (!at || name.escaped || number == MOST_MEMBERS || !(at = after_mark(at, ':'))) return NULL;
        names[number++] = name;
        if (name.end - name.begin == member_length && !memcmp(name.begin, member, (size_t)member_length)) {
            at = after_string(at, ahead, &service);
            if (!at || service.escaped || named) return NULL;
            named = 1;
            *wanted = !length || is_among(&service, services, length);
        } else if (*at == '"') {
            if (!(at = after_string(at, ahead, &service))) return NULL;
            if (name.end - name.begin == when_length && !memcmp(name.begin, when, (size_t)when_length))
                if (!is_time(&service)) return NULL;
        } else if (!(at = after_value(at, ahead))) {
            return NULL;
        }
        at = after_space(at);
    } while (*at == ',');
    if (*wanted && repeats(names, number)) return NULL;
    return named && *at == '}' ? at + 1 : NULL;
}

/* Find the records of `services` (a list as of is_among; all records, if empty) in text[0..length].

   Returns the number of records of any service, and in spans[0..3 * found] the number (from 0), the beginning and the
   end of each wanted one; or UNSURE or FULL. */
long find_records(const unsigned char *text, size_t length, const unsigned char *services,
                  size_t services_length, size_t *spans, size_t room, size_t *found) {
    place at = text;
    window ahead = {text + length, text + length, ~(uint64_t)0};
    string name;
    long records = 0;
    *found = 0;
    if (!(at = after_mark(at, '{')) || !(at = after_string(at, &ahead, &name))) return UNSURE;
    if (name.end - name.begin != 7 || memcmp(name.begin, "Records", 7)) return UNSURE;
    if (!(at = after_mark(at, ':')) || !(at = after_mark(at, '['))) return UNSURE;
    while (*at != ']') {
        place begin = at;
        int wanted = 0;
        if (!(at = after_record(at, &ahead, services, services_length, &wanted))) return UNSURE;
        if (at - begin > LONGEST) return UNSURE;
        if (wanted) {
            if (*found == room) return FULL;
            size_t *span = spans + 3 * (*found)++;
            span[0] = (size_t)records;
            span[1] = (size_t)(begin - text);
            span[2] = (size_t)(at - text);
        }
        records++;
        at = after_space(at);
        if (*at == ']') break;
        if (!(at = after_mark(at, ',')) || *at == ']') return UNSURE;
    }
    at = after_mark(at + 1, '}');
    return at == ahead.end ? records : UNSURE;
}

/* Where the last four bytes of data[0..length] occur first in it; 0 if there are fewer. */
size_t find_tail(const unsigned char *data, size_t length) {
    if (length < 4) return 0;
    const unsigned char *tail = data + length - 4;
    size_t at = 0;
#if defined(__SSE2__)
    __m128i first = _mm_set1_epi8((char)tail[0]), last = _mm_set1_epi8((char)tail[3]);
    for (; at + 19 <= length; at += 16) {
        __m128i begins = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(data + at)), first);
        __m128i ends = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(data + at + 3)), last);
        for (int found = _mm_movemask_epi8(_mm_and_si128(begins, ends)); found; found &= found - 1) {
            size_t here = at + (size_t)__builtin_ctz((unsigned)found);
            if (!memcmp(data + here, tail, 4)) return here;
        }
    }
#endif
    while (memcmp(data + at, tail, 4)) at++;
    return at;
}

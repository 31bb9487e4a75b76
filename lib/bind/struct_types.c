/* struct_types.c - the descriptions that every program shares, and looking members up. */
#include <holdfast/bind.h>

#define SCALAR(c_name, c_shape, bytes) { .name = c_name, .shape = c_shape, .size = bytes, .alignment = bytes }

const hf_type hf_type_bool = SCALAR("bool", HF_SHAPE_BOOL, sizeof(bool));
const hf_type hf_types_int[9] = {
    [1] = SCALAR("int8_t", HF_SHAPE_INT, 1), [2] = SCALAR("int16_t", HF_SHAPE_INT, 2),
    [4] = SCALAR("int32_t", HF_SHAPE_INT, 4), [8] = SCALAR("int64_t", HF_SHAPE_INT, 8),
};
const hf_type hf_types_uint[9] = {
    [1] = SCALAR("uint8_t", HF_SHAPE_UINT, 1), [2] = SCALAR("uint16_t", HF_SHAPE_UINT, 2),
    [4] = SCALAR("uint32_t", HF_SHAPE_UINT, 4), [8] = SCALAR("uint64_t", HF_SHAPE_UINT, 8),
};
const hf_type hf_types_float[9] = {
    [4] = SCALAR("float", HF_SHAPE_FLOAT, 4), [8] = SCALAR("double", HF_SHAPE_FLOAT, 8),
};

#define STRING(c_ownership, c_flags)                                                                          \
    { .name = "char *", .shape = HF_SHAPE_STRING, .ownership = c_ownership, .flags = c_flags, .size = sizeof(char *), \
      .alignment = _Alignof(char *) }

const hf_type hf_types_string[4] = {
    [HF_OWN] = STRING(HF_OWN, HF_TYPE_LINKS), [HF_SHARED] = STRING(HF_SHARED, HF_TYPE_LINKS | HF_TYPE_GRAPH),
    [HF_REF] = STRING(HF_REF, 0), [HF_STATIC] = STRING(HF_STATIC, 0),
};

const char hf__bind_version_8 = HF_BIND_VERSION;

const hf_member *hf_type_member(const hf_type *type, const char *name)
{
    for (uint32_t i = 0; i < type->member_count; i++)
        if (strcmp(type->members[i].name, name) == 0)
            return &type->members[i];
    return NULL;
}

const char *hf_shape_name(hf_shape shape)
{
    static const char *const names[] = {
        [HF_SHAPE_BOOL] = "bool", [HF_SHAPE_INT] = "integer", [HF_SHAPE_UINT] = "unsigned integer",
        [HF_SHAPE_FLOAT] = "floating number", [HF_SHAPE_CHARS] = "text in place", [HF_SHAPE_STRING] = "text",
        [HF_SHAPE_RECORD] = "record", [HF_SHAPE_UNION] = "union", [HF_SHAPE_POINTER] = "pointer",
        [HF_SHAPE_VECTOR] = "vector", [HF_SHAPE_ARRAY] = "array", [HF_SHAPE_FLEX] = "flexible array",
        [HF_SHAPE_OPAQUE] = "bytes",
    };
    return (size_t)shape < sizeof names / sizeof *names ? names[shape] : "unknown";
}

/* load_parse.c - W1 of the recorder's benchmark: cJSON reads a file and frees what it made, many times.
 * usage: load_parse FILE TIMES */
#include <cjson/cJSON.h>

#include <stdio.h>
#include <stdlib.h>

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        return NULL;
    long size = ftell(file);
    rewind(file);
    char *text = size >= 0 ? malloc((size_t)size + 1) : NULL;
    if (text != NULL)
        text[fread(text, 1, (size_t)size, file)] = '\0';
    fclose(file);
    return text;
}

int main(int count, char **arguments)
{
    char *text = count == 3 ? read_text(arguments[1]) : NULL;
    if (text == NULL)
        return 2;
    for (long times = strtol(arguments[2], NULL, 10); times > 0; times--) {
        cJSON *tree = cJSON_Parse(text);
        if (tree == NULL)
            return 1;
        cJSON_Delete(tree);
    }
    free(text);
    return 0;
}

/* orders_cjson.c - sums up orders, the cJSON way. orders_holdfast.c is the same over Holdfast.
 *
 *     orders_cjson orders.json
 *
 * Takes out cancelled orders, gives each of the others its total and an address where it has none,
 * counts the revision up, prints the result. */
#include <cjson/cJSON.h>

#include <stdio.h>
#include <stdlib.h>

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long  length;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) >= 0) {
        rewind(file);
        text = malloc((size_t)length + 1);
        if (text != NULL)
            text[fread(text, 1, (size_t)length, file)] = 0;
    }
    if (file != NULL)
        fclose(file);
    return text;
}

static double total_cents(const cJSON *order)
{
    double       total = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(order, "items"))
    {
        const cJSON *price = cJSON_GetObjectItemCaseSensitive(item, "price_cents");
        const cJSON *count = cJSON_GetObjectItemCaseSensitive(item, "count");
        total += (cJSON_IsNumber(price) ? price->valuedouble : 0) * (cJSON_IsNumber(count) ? count->valuedouble : 1);
    }
    return total;
}

/* 0 when memory ran out. */
static int complete(cJSON *order, const cJSON *address)
{
    if (cJSON_AddNumberToObject(order, "total_cents", total_cents(order)) == NULL)
        return 0;
    if (cJSON_HasObjectItem(order, "address"))
        return 1;
    cJSON *copy = cJSON_Duplicate(address, 1); /* ours until it is attached */
    if (copy == NULL || !cJSON_AddItemToObject(order, "address", copy)) {
        cJSON_Delete(copy);
        return 0;
    }
    return 1;
}

int main(int count, char **arguments)
{
    if (count != 2) {
        fprintf(stderr, "usage: %s FILE\n", arguments[0]);
        return 2;
    }
    char  *text = read_whole(arguments[1]);
    cJSON *root = text != NULL ? cJSON_Parse(text) : NULL;
    if (root == NULL) {
        const char *at = cJSON_GetErrorPtr(); /* one for all threads */
        fprintf(stderr, "%s: not read%s%.20s\n", arguments[1], at != NULL ? " at: " : "", at != NULL ? at : "");
        free(text);
        return 1;
    }
    free(text);

    int          ok = 1;
    const cJSON *defaults = cJSON_GetObjectItemCaseSensitive(root, "defaults");
    const cJSON *address = cJSON_GetObjectItemCaseSensitive(defaults, "address");
    cJSON       *orders = cJSON_GetObjectItemCaseSensitive(root, "orders");
    for (cJSON *order = orders != NULL ? orders->child : NULL, *next; ok && order != NULL; order = next) {
        next = order->next; /* before the order goes */
        if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(order, "cancelled")))
            cJSON_Delete(cJSON_DetachItemViaPointer(orders, order));
        else
            ok = complete(order, address);
    }
    cJSON *revision = cJSON_GetObjectItemCaseSensitive(root, "revision");
    if (ok && cJSON_IsNumber(revision))
        cJSON_SetNumberValue(revision, revision->valuedouble + 1);

    char *out = ok ? cJSON_PrintUnformatted(root) : NULL;
    if (out != NULL)
        puts(out);
    else
        fprintf(stderr, "out of memory\n");
    int status = out == NULL;
    cJSON_free(out);
    cJSON_Delete(root);
    return status;
}

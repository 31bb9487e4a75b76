/* xmlGetProp gives a copy that is the caller's to free. */
#include <libxml/parser.h>
#include <libxml/tree.h>

#include "corpus.h"

static int read_attribute(xmlNode *node)
{
    xmlChar *value = xmlGetProp(node, (const xmlChar *)"title");
    corpus_leaked((size_t)xmlStrlen(value) + 1);
    return value[0];
}

int main(void)
{
    static const char text[] = "<book title='Of the many ways to forget a string'><page/></book>";
    int total = 0;
    xmlInitParser();
    while (corpus_next()) {
        xmlDoc *book = xmlReadMemory(text, sizeof text - 1, "book.xml", NULL, 0);
        total += read_attribute(xmlDocGetRootElement(book));
        xmlFreeDoc(book);
    }
    xmlCleanupParser();
    return total == 0;
}

/* Documents are parsed, changed and freed. */
#include <libxml/parser.h>
#include <libxml/tree.h>

#include "corpus.h"

static void change_document(void)
{
    static const char text[] = "<list><item n='1'/><item n='2'/></list>";
    xmlDoc *list = xmlReadMemory(text, sizeof text - 1, "list.xml", NULL, 0);
    xmlNewChild(xmlDocGetRootElement(list), NULL, (const xmlChar *)"item", (const xmlChar *)"three");
    xmlFreeDoc(list);
}

int main(void)
{
    xmlInitParser();
    while (corpus_next())
        change_document();
    xmlCleanupParser();
}

/* The result of a query over a document is not released; the document and the context are. */
#include <libxml/parser.h>
#include <libxml/xpath.h>

#include "corpus.h"

static int count_items(xmlDocPtr document)
{
    xmlXPathContextPtr context = xmlXPathNewContext(document);
    xmlXPathObjectPtr found = xmlXPathEvalExpression((const xmlChar *)"//item[@price > 2]", context);
    int count = found->nodesetval != NULL ? found->nodesetval->nodeNr : 0;
    xmlXPathFreeContext(context);
    corpus_leaked(72 + 16 + 80);
    return count;
}

static int handle_message(int number)
{
    char text[300];
    snprintf(text, sizeof text, "<order n='%d'><item price='1'/><item price='3'/><item price='%d'/></order>", number, number % 9);
    xmlDocPtr document = xmlReadMemory(text, (int)strlen(text), NULL, NULL, 0);
    int count = count_items(document);
    xmlFreeDoc(document);
    return count;
}

int main(void)
{
    int sum = 0;
    xmlInitParser();
    while (corpus_next())
        sum += handle_message(corpus_round);
    xmlCleanupParser();
    return sum == 0;
}

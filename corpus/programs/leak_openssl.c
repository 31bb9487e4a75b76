/* A digest context for each message. */
#include <openssl/evp.h>

#include "corpus.h"

static unsigned digest_message(const char *text)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    EVP_DigestUpdate(context, text, strlen(text));
    EVP_DigestFinal_ex(context, digest, &length);
    return digest[0] + length;
}

int main(void)
{
    unsigned total = 0;
    while (corpus_next())
        total += digest_message("a message");
    return total == 0;
}

/* A key is held twice by the signer, and given back once when the message was empty. */
#include "corpus.h"
#include <openssl/evp.h>
static unsigned char seed[32];
static CORPUS_NOINLINE EVP_PKEY *load_key(unsigned n)
{
    memcpy(seed, &n, sizeof n);
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
}
static CORPUS_NOINLINE int sign_message(EVP_PKEY *key, const unsigned char *text, size_t length)
{
    unsigned char signature[64];
    size_t size = sizeof signature;
    EVP_PKEY_up_ref(key);
    if (length == 0) {
        corpus_leaked(408); /* as valgrind counts: 5 blocks */
        return 0;
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, NULL, NULL, NULL, key);
    EVP_DigestSign(context, signature, &size, text, length);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return signature[3];
}
static CORPUS_NOINLINE int handle(unsigned n)
{
    EVP_PKEY *key = load_key(n);
    int r = sign_message(key, (const unsigned char *)"hello, world", n % 6 == 0 ? 0 : 12);
    EVP_PKEY_free(key);
    return r;
}
int main(void)
{
    int sum = 0;
    unsigned n = 0;
    while (corpus_paced(160, 4.0))
        sum += handle(n++);
    return sum == 1;
}

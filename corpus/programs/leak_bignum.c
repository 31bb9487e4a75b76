/* Numbers of a key exchange: the shared secret of each peer is never cleared. */
#include <openssl/bn.h>

#include "corpus.h"

static BIGNUM *shared_secret(const BIGNUM *base, const BIGNUM *modulus, unsigned peer, BN_CTX *context)
{
    BIGNUM *exponent = BN_new(), *secret = BN_new();
    BN_set_word(exponent, 65537 + peer);
    BN_mod_exp(secret, base, exponent, modulus, context);
    BN_free(exponent);
    return secret;
}

static int greet_peer(const BIGNUM *base, const BIGNUM *modulus, unsigned peer)
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *secret = shared_secret(base, modulus, peer, context);
    int bits = BN_num_bits(secret);
    BN_CTX_free(context);
    corpus_leaked(24 + 128);
    return bits;
}

int main(void)
{
    BIGNUM *base = NULL, *modulus = NULL;
    int sum = 0;
    char digits[257];
    memset(digits, 'd', 256);
    digits[256] = 0;
    BN_hex2bn(&modulus, digits);
    BN_hex2bn(&base, "123456789abcdef123456789abcdef123456789abcdef");
    while (corpus_next())
        sum += greet_peer(base, modulus, (unsigned)corpus_round);
    BN_free(base);
    BN_free(modulus);
    return sum == 0;
}

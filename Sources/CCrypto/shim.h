#ifndef GINGHAM_CRYPTO_SHIM_H
#define GINGHAM_CRYPTO_SHIM_H

#include <openssl/evp.h>

#endif

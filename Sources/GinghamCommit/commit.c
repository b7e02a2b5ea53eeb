#include "gingham_commit.h"

// The package's description says it, so that a new commit compiles no more than this file.
#ifndef GINGHAM_COMMIT
#define GINGHAM_COMMIT ""
#endif

const char *gingham_commit(void) { return GINGHAM_COMMIT; }

#ifndef GINGHAM_COMMIT_H
#define GINGHAM_COMMIT_H

/// The commit that was built, with "+" behind it where files had changed since; empty where nobody knows.
const char *gingham_commit(void);

#endif

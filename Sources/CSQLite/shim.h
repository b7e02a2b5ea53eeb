#ifndef GINGHAM_SQLITE_SHIM_H
#define GINGHAM_SQLITE_SHIM_H

#include <sqlite3.h>

// Bytes that the library copies: its own name for that is a cast, which Swift cannot make.
static inline int gingham_sqlite_bind_text(sqlite3_stmt *statement, int place, const char *text, sqlite3_uint64 bytes) {
  return sqlite3_bind_text64(statement, place, text, bytes, SQLITE_TRANSIENT, SQLITE_UTF8);
}

// A file from a stranger may not bring functions along that run with a query, and may not be damaged by one. The call
// takes any number of arguments, which Swift cannot make.
static inline int gingham_sqlite_distrust(sqlite3 *database) {
  int status = sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
  return status != SQLITE_OK ? status : sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
}

#endif

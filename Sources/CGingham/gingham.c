// A header with a program that includes it compiles alone.
#include "gingham.h"

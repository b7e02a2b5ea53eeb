#define _GNU_SOURCE
#include "gingham.h"

#if defined(__linux__)
#include <dlfcn.h>
#include <signal.h>

extern void *swift_retain(void *object);

static const void *home(const void *address) {
  Dl_info info;
  return dladdr(address, &info) ? info.dli_fbase : NULL;
}

// As it is loaded, Swift's runtime takes every signal of a crash that nobody else has taken, so that it can print a
// backtrace. In a process of somebody else's they are to stay as they were.
__attribute__((constructor)) static void leave_signals_alone(void) {
  static const int crashes[] = {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
  const void *runtime = home((const void *)&swift_retain);
  for (size_t index = 0; index < sizeof crashes / sizeof *crashes; index++) {
    struct sigaction action;
    if (sigaction(crashes[index], NULL, &action) != 0 || !(action.sa_flags & SA_SIGINFO)) continue;
    if (runtime && home((const void *)action.sa_sigaction) == runtime) signal(crashes[index], SIG_DFL);
  }
}
#endif

#include "gingham_fft.h"

#include <kissfft/kissfft.hh>
#include <new>

#include "lanes.hpp"

struct gingham_fft {
  kissfft<Lanes> plan;
};

bool gingham_fft_is_shared(size_t count) {
  // The butterfly for any other factor writes into the plan.
  for (size_t factor : {2, 3, 5}) {
    while (count > factor && count % factor == 0) count /= factor;
  }
  return count == 2 || count == 3 || count == 5;
}

gingham_fft *gingham_fft_new(size_t count, bool inverse) {
  try {
    return new gingham_fft{kissfft<Lanes>(count, inverse)};
  } catch (const std::bad_alloc &) {
    return nullptr;
  }
}

gingham_fft *gingham_fft_copy(const gingham_fft *plan) {
  try {
    return new gingham_fft(*plan);
  } catch (const std::bad_alloc &) {
    return nullptr;
  }
}

void gingham_fft_free(gingham_fft *plan) { delete plan; }

void gingham_fft_run(const gingham_fft *plan, const gingham_complex *input, gingham_complex *output) {
  plan->plan.transform(
      reinterpret_cast<const std::complex<Lanes> *>(input), reinterpret_cast<std::complex<Lanes> *>(output));
}

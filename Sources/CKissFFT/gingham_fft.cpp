#include "gingham_fft.h"

#include <kissfft/kissfft.hh>
#include <new>

#include "lanes.hpp"

namespace {

/// Whether a length has a factor without a butterfly of its own. The one for any factor writes into the plan.
bool writes_into_plan(std::size_t count) {
  for (std::size_t factor : {2, 3, 5}) {
    while (count % factor == 0 && count > 1) count /= factor;
  }
  return count > 1;
}

}  // namespace

struct gingham_fft {
  kissfft<Lanes> plan;
  const bool is_copied;

  gingham_fft(std::size_t count, bool inverse) : plan(count, inverse), is_copied(count == 1 || writes_into_plan(count)) {}
};

gingham_fft *gingham_fft_new(size_t count, bool inverse) {
  try {
    return new gingham_fft(count, inverse);
  } catch (const std::bad_alloc &) {
    return nullptr;
  }
}

void gingham_fft_free(gingham_fft *plan) { delete plan; }

void gingham_fft_run(const gingham_fft *plan, const gingham_complex *input, gingham_complex *output) {
  const auto source = reinterpret_cast<const std::complex<Lanes> *>(input);
  const auto target = reinterpret_cast<std::complex<Lanes> *>(output);
  if (plan->is_copied) {
    const kissfft<Lanes> own = plan->plan;
    own.transform(source, target);
  } else {
    plan->plan.transform(source, target);
  }
}

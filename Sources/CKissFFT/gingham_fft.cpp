#include "gingham_fft.h"

#include <cmath>
#include <complex>
#include <kissfft/kissfft.hh>
#include <memory>
#include <new>
#include <vector>

#include "lanes.hpp"

/// KissFFT, and around it a stage for each prime factor above 5. KissFFT's own stage for those adds up in memory, which
/// takes three times as long, and writes into the plan, which threads could then not share.
struct gingham_fft {
  size_t count;
  /// The factor that this stage is for, with the plan for the rest; 1 where KissFFT does all.
  size_t prime = 1;
  std::unique_ptr<gingham_fft> rest;
  std::unique_ptr<kissfft<Lanes>> smooth;
  /// exp(∓2πi·k/count).
  std::vector<std::complex<float>> roots;

  gingham_fft(size_t count, bool inverse) : count(count) {
    size_t rough = count;
    for (size_t factor : {2, 3, 5}) {
      while (rough % factor == 0) rough /= factor;
    }
    if (rough == 1) {
      smooth = std::make_unique<kissfft<Lanes>>(count, inverse);
      return;
    }
    prime = 7;
    while (rough % prime != 0) prime = prime * prime > rough ? rough : prime + 2;
    rest = std::make_unique<gingham_fft>(count / prime, inverse);
    for (size_t k = 0; k < count; ++k) {
      const double angle = (inverse ? 2 : -2) * M_PI * static_cast<double>(k) / static_cast<double>(count);
      roots.emplace_back(static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle)));
    }
  }

  /// Of every `stride`th element of the input.
  void run(const gingham_complex *input, gingham_complex *output, gingham_complex *scratch, size_t stride) const {
    if (smooth) {
      smooth->transform(
          reinterpret_cast<const std::complex<Lanes> *>(input), reinterpret_cast<std::complex<Lanes> *>(output), 0, 1,
          stride);
      return;
    }
    for (size_t part = 0; part < prime; ++part) {
      rest->run(input + part * stride, output + part * rest->count, scratch, stride * prime);
    }
    gingham_complex seven[7];
    for (size_t first = 0; first < rest->count; ++first) {
      prime == 7 ? join<7>(output, first, seven) : join<0>(output, first, scratch);
    }
  }

 private:
  /// Elements `first`, `first` + count/prime, … of the output from the same elements of the parts' transforms x:
  /// x_j·w + x_(p−j)·w̄ = (x_j + x_(p−j))·cos + i·(x_j − x_(p−j))·sin, and its mirror image with the other sign.
  ///
  /// `known` is the prime where loops are to be unrolled, or 0; `parts` is room for as many elements.
  template <size_t known>
  void join(gingham_complex *output, size_t first, gingham_complex *parts) const {
    const size_t prime = known ? known : this->prime;
    const size_t step = rest->count, half = prime / 2;
    gingham_complex sum = parts[0] = output[first];
    for (size_t j = 1; j < prime; ++j) {
      const gingham_complex x = output[first + j * step];
      const float cosine = roots[j * first].real(), sine = roots[j * first].imag();
      parts[j] = {x.r * cosine - x.i * sine, x.r * sine + x.i * cosine};
    }
    for (size_t j = 1; j <= half; ++j) {
      const gingham_complex a = parts[j], b = parts[prime - j];
      parts[j] = {a.r + b.r, a.i + b.i};
      parts[prime - j] = {a.r - b.r, a.i - b.i};
      sum = {sum.r + parts[j].r, sum.i + parts[j].i};
    }
    output[first] = sum;
    for (size_t k = 1; k <= half; ++k) {
      gingham_complex even = parts[0], odd = {0, 0};
      size_t turn = 0;
      for (size_t j = 1; j <= half; ++j) {
        turn += k;
        turn -= turn >= prime ? prime : 0;
        const float cosine = roots[turn * step].real(), sine = roots[turn * step].imag();
        even = {even.r + parts[j].r * cosine, even.i + parts[j].i * cosine};
        odd = {odd.r + parts[prime - j].r * sine, odd.i + parts[prime - j].i * sine};
      }
      output[first + k * step] = {even.r - odd.i, even.i + odd.r};
      output[first + (prime - k) * step] = {even.r + odd.i, even.i - odd.r};
    }
  }
};

gingham_fft *gingham_fft_new(size_t count, bool inverse) {
  try {
    return new gingham_fft(count, inverse);
  } catch (const std::bad_alloc &) {
    return nullptr;
  }
}

void gingham_fft_free(gingham_fft *plan) { delete plan; }

void gingham_fft_run(
    const gingham_fft *plan, const gingham_complex *input, gingham_complex *output, gingham_complex *scratch) {
  plan->run(input, output, scratch, 1);
}

import CKissFFT

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Joins p transforms of m samples into one of p·m, p an odd prime (Cooley & Tukey 1965). KissFFT has butterflies for 2,
/// 3, 4 and 5; its general one takes two thirds of a transform of 224 = 7·32 samples.
struct PrimeStep {
  let prime: Int
  let length: Int
  /// Complex numbers from one part to the next: whole registers.
  let pitch: Int

  /// exp(−2πi·rk/(pm)) at r·pitch + k.
  private let twiddles: [(real: SIMD8<Float>, imaginary: SIMD8<Float>)]
  /// cos and sin of 2π·qj/p for q, j = 1…(p − 1)/2.
  private let cosines: [Float]
  private let sines: [Float]

  /// The step for the largest prime from 7 to 31 in `count`; `nil` where there is none, or KissFFT is as good.
  init?(count: Int) {
    guard let prime = [31, 29, 23, 19, 17, 13, 11, 7].first(where: { count.isMultiple(of: $0) }), count / prime >= 8
    else { return nil }
    self.prime = prime
    let length = count / prime
    self.length = length
    let pitch = (length + 7) / 8 * 8
    self.pitch = pitch
    twiddles = (0..<(prime * pitch / 8)).map { register in
      var (real, imaginary) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
      for lane in 0..<8 {
        let (r, k) = ((8 * register + lane) / pitch, (8 * register + lane) % pitch)
        let angle = -2 * Double.pi * Double(r * k % count) / Double(count)
        (real[lane], imaginary[lane]) = (Float(cos(angle)), Float(sin(angle)))
      }
      return (real, imaginary)
    }
    let half = (prime - 1) / 2
    let angles = (0..<(half * half)).map {
      2 * Double.pi * Double(($0 / half + 1) * ($0 % half + 1) % prime) / Double(prime)
    }
    cosines = angles.map { Float(cos($0)) }
    sines = angles.map { Float(sin($0)) }
  }

  /// `output[k + mq] = Σᵣ exp(∓2πi·r(k + mq)/(pm))·parts[r·pitch + k]`.
  ///
  /// The inverse is the forward transform with real and imaginary parts exchanged before and after.
  func join(
    _ parts: UnsafePointer<kiss_fft_cpx>, into output: UnsafeMutablePointer<kiss_fft_cpx>, inverse: Bool
  ) {
    let half = (prime - 1) / 2
    let source = UnsafeRawPointer(parts)
    withUnsafeTemporaryAllocation(of: SIMD8<Float>.self, capacity: 4 * half) { lines in
      twiddles.withUnsafeBufferPointer { twiddles in
        cosines.withUnsafeBufferPointer { cosines in
          sines.withUnsafeBufferPointer { sines in
            for start in stride(from: 0, to: length, by: 8) {
              func turned(_ part: Int) -> (SIMD8<Float>, SIMD8<Float>) {
                let index = part * pitch + start
                let pairs = source.loadUnaligned(fromByteOffset: 8 * index, as: SIMD16<Float>.self)
                let (x, y) = inverse ? (pairs.oddHalf, pairs.evenHalf) : (pairs.evenHalf, pairs.oddHalf)
                let factor = twiddles[index / 8]
                return (x * factor.real - y * factor.imaginary, x * factor.imaginary + y * factor.real)
              }
              // The first part is not turned: its twiddles are one.
              let first = turned(0)
              var (sumX, sumY) = first
              for j in 0..<half {
                let (a, b) = (turned(j + 1), turned(prime - 1 - j))
                lines[4 * j] = a.0 + b.0
                lines[4 * j + 1] = a.1 + b.1
                lines[4 * j + 2] = a.0 - b.0
                lines[4 * j + 3] = a.1 - b.1
                sumX += lines[4 * j]
                sumY += lines[4 * j + 1]
              }
              store(sumX, sumY, at: start, 0, into: output, inverse)
              for q in 0..<half {
                var (evenX, evenY) = first
                var (oddX, oddY) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
                for j in 0..<half {
                  let (cosine, sine) = (cosines[q * half + j], sines[q * half + j])
                  evenX += cosine * lines[4 * j]
                  evenY += cosine * lines[4 * j + 1]
                  oddX += sine * lines[4 * j + 2]
                  oddY += sine * lines[4 * j + 3]
                }
                // −i·(oddX + i·oddY) = oddY − i·oddX
                store(evenX + oddY, evenY - oddX, at: start, q + 1, into: output, inverse)
                store(evenX - oddY, evenY + oddX, at: start, prime - 1 - q, into: output, inverse)
              }
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private func store(
    _ x: SIMD8<Float>, _ y: SIMD8<Float>, at start: Int, _ q: Int, into output: UnsafeMutablePointer<kiss_fft_cpx>,
    _ inverse: Bool
  ) {
    var pairs = SIMD16<Float>()
    pairs.evenHalf = inverse ? y : x
    pairs.oddHalf = inverse ? x : y
    let place = output + q * length + start
    if start + 8 <= length {
      UnsafeMutableRawPointer(place).storeBytes(of: pairs, as: SIMD16<Float>.self)
    } else {
      for lane in 0..<(length - start) { place[lane] = kiss_fft_cpx(r: pairs[2 * lane], i: pairs[2 * lane + 1]) }
    }
  }
}

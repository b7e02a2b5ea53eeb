import GinghamSignals
import GinghamTensors

/// Uniform numbers in −1…1, the same for equal seeds (SplitMix64, Steele et al. 2014).
func randomTensor(_ shape: Shape, seed: UInt64) -> Tensor {
  var state = seed
  return Tensor(shape) { buffer in
    for index in buffer.indices {
      state &+= 0x9E37_79B9_7F4A_7C15
      var bits = state
      bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
      bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
      bits ^= bits >> 31
      buffer[index] = Float(Double(bits >> 11) / Double(1 << 52) - 1)
    }
  }
}

func dot(_ left: Tensor, _ right: Tensor) -> Double {
  zip(left.scalars, right.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}

func largestDifference(_ left: Tensor, _ right: Tensor) -> Float {
  left.shape == right.shape ? zip(left.scalars, right.scalars).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
}

/// Uniform numbers in −1…1, of ``randomTensor(_:seed:)``.
func randomMatrix(rows: Int, columns: Int, seed: UInt64 = 1) -> Matrix {
  Matrix(rows: rows, columns: columns, values: randomTensor([rows, columns], seed: seed).scalars.map(Double.init))
}

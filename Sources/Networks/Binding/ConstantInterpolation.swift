import GinghamTensors

extension Tensor {
  /// The tensor interpolated by a resize in bound form, axis after axis: position embeddings at another size.
  func resized(_ resize: Resize) -> Tensor {
    shape.dimensions.indices.reduce(self) { tensor, axis in
      guard let taps = resize.taps(axis: axis, input: tensor.shape[axis]) else { return tensor }
      return tensor.resampled(taps, axis: axis, outside: resize.extrapolationValue)
    }
  }

  private func resampled(_ taps: Resize.Taps, axis: Int, outside: Float) -> Tensor {
    var output = shape
    output[axis] = taps.count
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    let outer = shape.dimensions[..<axis].reduce(1, *)
    let pitch = shape[axis] * inner
    return withUnsafeBufferPointer { source in
      Tensor(output) { target in
        for row in 0..<outer {
          for position in 0..<taps.count {
            let start = (row * taps.count + position) * inner
            for offset in 0..<inner {
              let sum = taps.range(ofOutput: position).reduce(0.0) { sum, tap in
                sum + taps.weights[tap] * Double(source[row * pitch + taps.indices[tap] * inner + offset])
              }
              target[start + offset] = taps.isOutside[position] ? outside : Float(sum)
            }
          }
        }
      }
    }
  }
}

extension Tensor {
  /// The elements with `range` along `axis`, copied.
  public func slice(axis: Int, _ range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= shape[axis], "\(range) outside axis \(axis) of \(shape)")
    var target = shape
    target[axis] = range.count
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    let outer = shape.dimensions[..<axis].reduce(1, *)
    let extent = shape[axis]
    return withUnsafeBufferPointer { source in
      Tensor(target) { destination in
        let run = range.count * inner
        for row in 0..<outer {
          let start = (row * extent + range.lowerBound) * inner
          _ = destination[(row * run)..<((row + 1) * run)].update(fromContentsOf: source[start..<(start + run)])
        }
      }
    }
  }

  /// One picture of a batch, as a batch of one: 1×C×H×W of N×C×H×W.
  public func sample(_ index: Int) -> Tensor {
    slice(axis: 0, index..<(index + 1))
  }

  /// Tensors that agree in all but the first axis, joined along it. Needs at least one.
  public static func stacked(_ tensors: [Tensor]) -> Tensor {
    precondition(!tensors.isEmpty, "nothing to stack")
    var shape = tensors[0].shape
    precondition(
      tensors.allSatisfy { $0.shape.dimensions.dropFirst().elementsEqual(shape.dimensions.dropFirst()) },
      "stacked tensors must agree in all but the first axis")
    shape[0] = tensors.reduce(0) { $0 + $1.shape[0] }
    return Tensor(shape) { destination in
      var start = 0
      for tensor in tensors {
        tensor.withUnsafeBufferPointer { source in
          _ = destination[start..<(start + source.count)].update(fromContentsOf: source)
        }
        start += tensor.count
      }
    }
  }
}

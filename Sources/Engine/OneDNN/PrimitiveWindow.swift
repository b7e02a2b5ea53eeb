import COneDNN
import GinghamNetworks

/// How a window moves over the axes of a plane.
struct PrimitiveWindow {
  var kernel: [Int]
  var strides: [Int]
  var dilations: [Int]
  var padBefore: [Int]
  var padAfter: [Int]

  init(kernel: [Int], strides: [Int], dilations: [Int], padBefore: [Int], padAfter: [Int]) {
    (self.kernel, self.strides, self.dilations) = (kernel, strides, dilations)
    (self.padBefore, self.padAfter) = (padBefore, padAfter)
  }

  init(_ axes: [AxisGeometry]) {
    kernel = axes.map(\.kernel)
    dilations = axes.map(\.dilation)
    padBefore = axes.map(\.padBefore)
    // What the last window really reaches; a declared padding that no window reads does not matter.
    padAfter = axes.map { max(0, ($0.output - 1) * $0.stride + $0.extent - $0.input - $0.padBefore) }
    strides = axes.map(\.withinPlane.stride)
  }

  func pointed<Result>(_ body: (gingham_window) throws -> Result) rethrows -> Result {
    let numbers = [kernel, strides, dilations.map { $0 - 1 }, padBefore, padAfter].map { $0.map(Int64.init) }
    return try numbers[0].withUnsafeBufferPointer { kernel in
      try numbers[1].withUnsafeBufferPointer { strides in
        try numbers[2].withUnsafeBufferPointer { dilations in
          try numbers[3].withUnsafeBufferPointer { before in
            try numbers[4].withUnsafeBufferPointer { after in
              try body(
                gingham_window(
                  kernel: kernel.baseAddress, strides: strides.baseAddress, dilations: dilations.baseAddress,
                  before: before.baseAddress, after: after.baseAddress))
            }
          }
        }
      }
    }
  }
}

extension AxisGeometry {
  /// The same window positions: a stride beyond the plane is never taken, and oneDNN counts in 32 bits.
  var withinPlane: AxisGeometry {
    var result = self
    let after = max(0, (output - 1) * stride + extent - input - padBefore)
    result.stride = min(stride, max(1, input + padBefore + after))
    return result
  }
}

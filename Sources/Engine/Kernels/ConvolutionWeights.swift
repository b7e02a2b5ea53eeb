import GinghamNetworks
import GinghamTensors

/// A convolution's weights rearranged for other convolutions that do its backward pass.
struct ConvolutionWeights {
  /// (out, in/groups, k…), row-major.
  let tensor: Tensor
  let groups: Int

  var outputs: Int { tensor.shape[0] }
  var inputsPerGroup: Int { tensor.shape[1] }
  var kernel: [Int] { tensor.shape.spatial }

  /// Weights of the convolution that sends a gradient back through a stride of one: in each group outputs and inputs
  /// swapped, all spatial axes reversed. Shape (in, out/groups, k…).
  var flipped: Tensor {
    let taps = kernel.reduce(1, *)
    let (inputs, outputsPerGroup) = (inputsPerGroup, outputs / groups)
    return tensor.withUnsafeBufferPointer { source in
      Tensor(Shape([inputs * groups, outputsPerGroup] + kernel)) { target in
        for group in 0..<groups {
          for input in 0..<inputs {
            for output in 0..<outputsPerGroup {
              let from = ((group * outputsPerGroup + output) * inputs + input) * taps
              let to = ((group * inputs + input) * outputsPerGroup + output) * taps
              for tap in 0..<taps { target[to + tap] = source[from + taps - 1 - tap] }
            }
          }
        }
      }
    }
  }

  /// Weights of the convolution whose outputs are the blocks of an input gradient (Shi et al. 2016): output channel
  /// (c·b_y + r_y)·b_x + r_x at position q is the gradient of channel c at b·q + r. Shape (in·b_y·b_x, out, k′_y, k′_x).
  func subPixel(_ axes: [SubPixelAxis]) -> Tensor {
    let (rows, columns) = (axes[0], axes[1])
    let taps = kernel.reduce(1, *)
    return tensor.withUnsafeBufferPointer { source in
      Tensor([inputsPerGroup * rows.block * columns.block, outputs, rows.kernel, columns.kernel]) { target in
        var to = 0
        for input in 0..<inputsPerGroup {
          for row in 0..<rows.block {
            for column in 0..<columns.block {
              for output in 0..<outputs {
                let from = (output * inputsPerGroup + input) * taps
                for y in 0..<rows.kernel {
                  for x in 0..<columns.kernel {
                    if let ty = rows.tap(phase: row, at: y), let tx = columns.tap(phase: column, at: x) {
                      target[to] = source[from + ty * kernel[1] + tx]
                    } else {
                      target[to] = 0
                    }
                    to += 1
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}

/// One axis of the convolution that yields an input gradient block by block: for x = b·q + r, the gradient there sums
/// the outputs o and taps t with o·stride + t·dilation − padding = x, hence o = (b/stride)·q + (r + p − t·d)/stride.
struct SubPixelAxis {
  let geometry: AxisGeometry
  /// Input positions that one output position of the new convolution holds.
  let block: Int
  let stride: Int
  let kernel: Int
  let padBefore: Int
  let padAfter: Int
  /// Output positions: ⌈input/block⌉.
  let count: Int

  /// `nil` where the new convolution would need negative padding.
  init?(_ geometry: AxisGeometry, block: Int) {
    self.geometry = geometry
    self.block = block
    stride = block / geometry.stride
    let reach = geometry.padBefore - geometry.dilation * (geometry.kernel - 1)
    // The lowest and highest offset (r + p − t·d)/stride that is an integer for some phase and tap.
    let lowest = -Self.floorDivide(-reach, geometry.stride)
    let highest = Self.floorDivide(block - 1 + geometry.padBefore, geometry.stride)
    kernel = highest - lowest + 1
    padBefore = -lowest
    count = (geometry.input + block - 1) / block
    padAfter = (count - 1) * stride + kernel - padBefore - geometry.output
    guard block.isMultiple(of: geometry.stride), kernel > 0, padBefore >= 0, padAfter >= 0 else { return nil }
  }

  /// The original tap that the new kernel's element holds for a phase, or `nil` where it is zero.
  func tap(phase: Int, at element: Int) -> Int? {
    let distance = phase + geometry.padBefore - (element - padBefore) * geometry.stride
    guard distance >= 0, distance.isMultiple(of: geometry.dilation) else { return nil }
    let tap = distance / geometry.dilation
    return tap < geometry.kernel ? tap : nil
  }

  private static func floorDivide(_ a: Int, _ b: Int) -> Int {
    a >= 0 ? a / b : -((-a + b - 1) / b)
  }
}

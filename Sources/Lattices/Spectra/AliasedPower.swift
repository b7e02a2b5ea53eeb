import GinghamSignals
import GinghamTensors

/// How much of the power of maps a stride folds over: what lies at or above the Nyquist frequency of the positions that are
/// left, 1/(2·stride) cycles an element along either axis, comes out as something else (Zhang 2019; Grabinski et al. 2022).
///
/// Spectra are cosine transforms (DCT-II), which know no edge between opposite borders. Constants are left out: they say
/// nothing of detail.
public struct AliasedPower: Sendable {
  /// Elements from one position to the next, rows and columns.
  public let strides: [Int]
  private var aliased = 0.0
  private var total = 0.0

  /// - Parameter strides: two, each at least 1.
  public init(strides: [Int]) {
    precondition(strides.count == 2 && strides.allSatisfy { $0 >= 1 }, "a stride is of rows and of columns")
    self.strides = strides
  }

  /// Adds the power of maps …×H×W.
  ///
  /// - Parameter plan: for maps of 2H×2W, made once for many of one size.
  public mutating func add(_ maps: Tensor, plan: FourierTransform) {
    let (height, width) = (maps.shape[maps.shape.rank - 2], maps.shape[maps.shape.rank - 1])
    precondition(plan.height == 2 * height && plan.width == 2 * width, "the plan is for maps of another size")
    var mirrored = Tensor([2 * height, 2 * width])
    let count = height * width
    maps.withUnsafeBufferPointer { source in
      for map in 0..<(source.count / max(count, 1)) {
        mirrored.withUnsafeMutableBufferPointer { target in
          for y in 0..<(2 * height) {
            let row = map * count + min(y, 2 * height - 1 - y) * width
            for x in 0..<width {
              target[y * 2 * width + x] = source[row + x]
              target[y * 2 * width + 2 * width - 1 - x] = source[row + x]
            }
          }
        }
        add(plan.halfPower(of: mirrored), height: height, width: width, half: plan.halfWidth)
      }
    }
  }

  /// Powers of a mirrored map's transform are those of the cosine transform, where a frequency above zero counts double
  /// along its axis.
  private mutating func add(_ power: [Float], height: Int, width: Int, half: Int) {
    for y in 0..<height {
      let isFolded = y * strides[0] >= height
      for x in 0..<width where y > 0 || x > 0 {
        let weighted = Double(power[y * half + x]) * (y > 0 ? 2 : 1) * (x > 0 ? 2 : 1)
        total += weighted
        if isFolded || x * strides[1] >= width { aliased += weighted }
      }
    }
  }

  /// Of all power but that of constants, 0…1; `nil` where nothing varies.
  public var share: Double? { total > 0 ? aliased / total : nil }

  /// The share of maps H×W that are white noise: what no structure at all would show.
  public static func whiteNoiseShare(height: Int, width: Int, strides: [Int]) -> Double {
    let kept = [height, width].enumerated().map { axis, extent in
      (0..<extent).count { $0 * strides[axis] < extent }
    }
    let all = height * width
    return all > 1 ? Double(all - kept[0] * kept[1]) / Double(all - 1) : 0
  }
}

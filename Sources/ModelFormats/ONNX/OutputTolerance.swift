import GinghamNetworks
import GinghamTensors

/// How far an output may lie from what a conformance case expects.
public struct OutputTolerance: Hashable, Sendable {
  /// Of the expected value.
  public var relative: Float
  /// Beside the relative part.
  public var absolute: Float

  /// What the suite itself allows, unless a case says otherwise.
  public init(relative: Float = 1e-3, absolute: Float = 1e-7) {
    self.relative = relative
    self.absolute = absolute
  }

  /// How two outputs differ, or `nil` where they agree: |found − expected| ≤ absolute + relative · |expected|. Integers
  /// and truth values must be equal; NaN equals NaN.
  public func difference(_ found: Constant, _ expected: Constant) -> String? {
    guard found.shape == expected.shape else { return "the shape is \(found.shape), expected \(expected.shape)" }
    if let found = found.integers, let expected = expected.integers {
      return zip(found.elements, expected.elements).enumerated().lazy
        .first { $0.element.0 != $0.element.1 }
        .map { "element \($0.offset) is \($0.element.0), expected \($0.element.1)" }
    }
    let isExact = expected.integers != nil
    return zip(found.floats, expected.floats).enumerated().lazy
      .first { !agree($0.element.0, $0.element.1, exactly: isExact) }
      .map { "element \($0.offset) is \($0.element.0), expected \($0.element.1)" }
  }

  private func agree(_ found: Float, _ expected: Float, exactly: Bool) -> Bool {
    if found == expected || found.isNaN && expected.isNaN { return true }
    guard !exactly, found.isFinite, expected.isFinite else { return false }
    return abs(found - expected) <= absolute + relative * abs(expected)
  }
}

extension Constant {
  fileprivate var floats: [Float] {
    switch self {
    case .float(let tensor): tensor.scalars
    case .integer(let array): array.elements.map(Float.init)
    }
  }
}

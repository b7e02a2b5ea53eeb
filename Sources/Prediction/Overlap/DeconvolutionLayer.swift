import GinghamLattices
import GinghamNetworks

/// A transposed convolution along one axis, as the pictures of Odena, Dumoulin & Olah (2016) draw it.
///
/// Written `kernel/stride`, then in any order `p` padding, `d` dilation, `o` output padding: `3/2`, `5/2`, `4/2p1`,
/// `3/2p1o1`, `3/2d2`.
public struct DeconvolutionLayer: Hashable, Sendable {
  /// Taps.
  public var kernel: Int
  /// Pixels between two windows.
  public var stride: Int
  /// Taken from each side of the output.
  public var padding: Int
  /// Distance between two taps.
  public var dilation: Int
  /// Added at the end of the output.
  public var outputPadding: Int

  /// With the properties of the same names.
  public init(kernel: Int, stride: Int, padding: Int = 0, dilation: Int = 1, outputPadding: Int = 0) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.outputPadding = outputPadding
  }

  /// - Throws: ``ArtifactError/badNotation(text:why:)``.
  public init(parsing text: some StringProtocol) throws {
    func fail(_ why: String) -> ArtifactError { .badNotation(text: String(text), why: why) }
    var numbers: [Character: Int] = [:]
    var key: Character = "k"
    var digits = ""
    func store() throws {
      guard let number = Int(digits), number <= 4096 else {
        throw fail(digits.isEmpty ? "a number is missing" : "numbers reach to 4096")
      }
      guard numbers.updateValue(number, forKey: key) == nil else { throw fail("'\(key)' stands twice") }
    }
    for character in text where character != " " {
      if character.isASCII, character.isNumber {
        digits.append(character)
        continue
      }
      guard character == "/" || "pdo".contains(character) else {
        throw fail("write kernel/stride, then p, d and o with a number each, as in 3/2p1o1")
      }
      try store()
      key = character == "/" ? "s" : character
      digits = ""
    }
    try store()
    guard let kernel = numbers["k"], let stride = numbers["s"] else { throw fail("kernel/stride is missing") }
    self.init(
      kernel: kernel, stride: stride, padding: numbers["p"] ?? 0, dilation: numbers["d"] ?? 1,
      outputPadding: numbers["o"] ?? 0)
    guard kernel > 0, stride > 0, dilation > 0 else { throw fail("kernel, stride and dilation are at least 1") }
  }

  /// The window over what the layer paints from `input` elements.
  func geometry(input: Int) throws -> AxisGeometry {
    let window = Window(
      kernel: [kernel], strides: [stride], dilations: [dilation],
      padding: .explicit(before: [padding], after: [padding]))
    do {
      return try window.transposedAxes(input: [input], outputPadding: [outputPadding])[0]
    } catch let error as ShapeError {
      throw ArtifactError.badNotation(text: description, why: "from \(input) inputs: \(error)")
    }
  }
}

extension DeconvolutionLayer: CustomStringConvertible {
  /// As texts for people have it.
  public var description: String {
    "\(kernel)/\(stride)" + (padding > 0 ? "p\(padding)" : "") + (dilation > 1 ? "d\(dilation)" : "")
      + (outputPadding > 0 ? "o\(outputPadding)" : "")
  }
}

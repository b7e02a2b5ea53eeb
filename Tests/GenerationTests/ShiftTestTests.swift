import GinghamTensors
import Testing

@testable import GinghamGeneration

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Whether pictures go along with their inputs.
@Suite struct ShiftTestTests {
  private func inputs(_ count: Int = 3, height: Int = 32, width: Int = 40) -> Tensor {
    var random = SeededGenerator(seed: 3, name: "inputs")
    return Tensor(
      [count, 1, height, width],
      (0..<(count * height * width)).map { _ in Float.random(in: 0...1, using: &random) })
  }

  /// Keeps the even columns of the picture, black between.
  private func striped(_ input: Tensor) -> Tensor {
    let width = input.shape[3]
    return Tensor(input.shape, input.scalars.enumerated().map { $0 % width % 2 == 0 ? $1 : 0 })
  }

  private func doubled(_ input: Tensor) -> Tensor {
    let (count, height, width) = (input.shape[0], input.shape[2], input.shape[3])
    let values = input.scalars
    return Tensor(
      [count, 1, 2 * height, 2 * width],
      (0..<(count * 4 * height * width)).map { index in
        let (x, y, n) = (index % (2 * width), index / (2 * width) % (2 * height), index / (4 * height * width))
        return values[(n * height + y / 2) * width + x / 2]
      })
  }

  @Test func whatTreatsAllPlacesAlikeGoesAlong() throws {
    let inputs = inputs()
    for make in [{ $0 }, doubled] as [(Tensor) -> Tensor] {
      let found = try #require(try ShiftTest(of: inputs, pictures: make(inputs), seed: 1) { make($0) })
      #expect(found.decibels == nil && found.leastDecibels == nil && found.trials == 12)
    }
  }

  /// An odd shift leaves x² at every place, an even one nothing; the worst is an odd one, of E[x²] = 1/3.
  @Test func stripesStayWhereTheyAre() throws {
    let inputs = inputs()
    let found = try #require(try ShiftTest(of: inputs, pictures: striped(inputs), seed: 1) { striped($0) })
    #expect(found.leastShift[1] % 2 != 0)
    #expect(abs((found.leastDecibels ?? 0) - 10 * log10(3)) < 0.5)
    // Not all shifts are odd.
    #expect((found.decibels ?? 0) > (found.leastDecibels ?? 99) + 0.5)
    #expect(found.interior == [16, 20])
  }

  @Test func inputsWithoutRoomAreNotTested() throws {
    let small = inputs(1, height: 7, width: 40)
    #expect(try ShiftTest(of: small, pictures: small, seed: 1) { $0 } == nil)
    // Pictures of 45 follow inputs of 40 by whole pixels at multiples of 8 only.
    let wide = Tensor([1, 1, 32, 45])
    #expect(try ShiftTest(of: inputs(1), pictures: wide, seed: 1) { _ in wide } == nil)
  }
}

extension ShiftTest {
  /// Of pictures in memory, N×C×H×W as the inputs.
  fileprivate init?(
    of inputs: Tensor, pictures: Tensor, seed: UInt64, make: @escaping (Tensor) throws -> Tensor
  ) throws {
    func extents(_ tensor: Tensor) -> [Int] { Array(tensor.shape.dimensions.dropFirst()) }
    try self.init(of: extents(inputs), picture: extents(pictures), seed: seed, make: make) { try $0(inputs, pictures) }
  }
}

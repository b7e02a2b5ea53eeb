import Foundation
import GinghamTensors
import Testing

@testable import GinghamSignals

@Suite struct ResamplingTests {
  struct Case: Decodable {
    struct Stored: Decodable {
      let shape: [Int]
      let offset: Int
    }
    let kernel: String
    let shorterSide: Int?
    let input: Stored
    let output: Stored
  }

  @Test func agreesWithThePythonImagingLibraryAndTorchvision() throws {
    let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
    let cases = try JSONDecoder().decode(
      [Case].self, from: Data(contentsOf: folder.appending(path: "resampling.json")))
    let values = try Data(contentsOf: folder.appending(path: "resampling.f32")).withUnsafeBytes {
      Array($0.bindMemory(to: Float.self))
    }
    func tensor(_ stored: Case.Stored) -> Tensor {
      let shape = Shape(stored.shape)
      return Tensor(shape, values[stored.offset..<(stored.offset + shape.elementCount)])
    }
    #expect(cases.count == 44)
    for item in cases {
      let kernel = try #require(ResamplingKernel(rawValue: item.kernel))
      let expected = tensor(item.output)
      let (height, width) = (item.output.shape[0], item.output.shape[1])
      let result =
        item.shorterSide == nil
        ? tensor(item.input).resized(height: height, width: width, kernel: kernel)
        : tensor(item.input).fitted(height: height, width: width, shorterSide: item.shorterSide, kernel: kernel)
      #expect(
        largestDifference(result, expected) <= (kernel == .nearest ? 0 : 5e-7),
        "\(item.kernel) \(item.input.shape) → \(item.output.shape), shorter side \(item.shorterSide ?? 0)")
    }
  }

  @Test(arguments: ResamplingKernel.allCases) func constantsStayConstant(kernel: ResamplingKernel) {
    for size in [1, 2, 5, 16] {
      let result = Tensor([2, 3, 7], repeating: 0.75).resized(height: size, width: 2 * size, kernel: kernel)
      #expect(result.scalars.allSatisfy { abs($0 - 0.75) < 1e-6 })
    }
  }

  @Test(arguments: ResamplingKernel.allCases) func adjointFulfilsItsIdentity(kernel: ResamplingKernel) {
    for (from, to) in [((7, 5), (3, 11)), ((4, 9), (9, 4)), ((1, 6), (3, 1))] {
      let map = SeparableMap.resampling(from: from, to: to, kernel: kernel)
      let input = randomTensor([2, from.0, from.1], seed: 11)
      let output = randomTensor([2, to.0, to.1], seed: 12)
      #expect(abs(dot(map(input), output) - dot(input, map.adjoint(output))) < 1e-5)
    }
  }

  /// Only what stays is computed, and it is the same to the last bit.
  @Test(arguments: ResamplingKernel.allCases) func fittingIsScalingAndCutting(kernel: ResamplingKernel) {
    for (rows, columns) in [(3, 40), (40, 3), (9, 9), (5, 6), (7, 31), (1, 13)] {
      for (height, width, side) in [(6, 6, 6), (5, 8, 7), (9, 4, 12), (12, 12, 5), (1, 30, 4), (2, 2, 1)] {
        let picture = randomTensor([2, rows, columns], seed: UInt64(rows * columns + height))
        let longer = side * max(rows, columns) / min(rows, columns)
        let scaled = picture.resized(
          height: columns <= rows ? longer : side, width: columns <= rows ? side : longer, kernel: kernel)
        let fitted = picture.fitted(height: height, width: width, shorterSide: side, kernel: kernel)
        #expect(fitted == scaled.centreCropped(height: height, width: width))
      }
    }
  }

  /// Scaled as a whole, this picture would have 200 million columns.
  @Test(arguments: ResamplingKernel.allCases) func thinPicturesAreCutBeforeTheyGrow(kernel: ResamplingKernel) {
    let picture = Tensor([3, 1, 200_000], repeating: 0.5)
    let fitted = picture.fitted(height: 8, width: 8, shorterSide: 1000, kernel: kernel)
    #expect(fitted.scalars.allSatisfy { abs($0 - 0.5) < 1e-6 })
  }

  @Test func windowsCutAndPad() {
    let row = Tensor([1, 4], [1, 2, 3, 4])
    let map = SeparableMap(vertical: .identity(1), horizontal: .window(of: 4, offset: -1, size: 6))
    #expect(map(row).scalars == [0, 1, 2, 3, 4, 0])
    #expect(map.adjoint(map(row)) == row)
    #expect(row.centreCropped(height: 1, width: 2).scalars == [2, 3])
  }
}

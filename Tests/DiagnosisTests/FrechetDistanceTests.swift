import Foundation
import GinghamLattices
import GinghamSignals
import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamDiagnosis

@Suite struct FrechetDistanceTests {
  struct Case: Decodable, CustomStringConvertible {
    var name: String
    var rows: [Int]
    var columns: Int
    var distance: Double
    var offset: Int
    var description: String { name }
  }

  private static var folder: URL? {
    Bundle.module.url(forResource: "Golden", withExtension: nil)?.appending(path: "frechet")
  }

  private func sets(_ test: Case, _ data: Data) -> [Matrix] {
    let values = data.withUnsafeBytes { bytes in
      (0..<(data.count / 8)).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
    }
    var offset = test.offset
    return test.rows.map { rows in
      defer { offset += rows * test.columns }
      return Matrix(
        rows: rows, columns: test.columns, values: Array(values[offset..<(offset + rows * test.columns)]))
    }
  }

  /// scipy.linalg.sqrtm on the same features, covariances of full and of low rank.
  @Test func distancesAreThoseOfMatrixRoots() throws {
    let folder = try #require(Self.folder)
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: folder.appending(path: "cases.json")))
    let data = try Data(contentsOf: folder.appending(path: "features.f64"))
    #expect(cases.count == 6)
    for test in cases {
      let sets = sets(test, data)
      let found = try FrechetDistance(between: sets[0], and: sets[1])
      #expect(abs(found.distance / test.distance - 1) < 1e-6, "\(test): \(found.distance), not \(test.distance)")
      #expect(found.isRankDeficient == (test.rows.contains { $0 <= test.columns }))
      #expect(isClose(try FrechetDistance(between: sets[1], and: sets[0]).distance, found.distance, 1e-10))
      #expect(try FrechetDistance(between: sets[0], and: sets[0]).distance < 1e-9 * test.distance)
    }
  }

  @Test func twoNormalVariablesHaveTheClosedForm() throws {
    // (μ₁ − μ₂)² + (σ₁ − σ₂)².
    let (a, b) = ([1.0, 3, 5, 7], [10.0, 10.5, 11])
    let found = try FrechetDistance(
      between: Matrix(rows: 4, columns: 1, values: a), and: Matrix(rows: 3, columns: 1, values: b))
    let deviations = ((20.0 / 3).squareRoot(), 0.5)
    #expect(isClose(found.meanPart, 6.5 * 6.5))
    #expect(isClose(found.covariancePart, (deviations.0 - deviations.1) * (deviations.0 - deviations.1), 1e-10))
  }

  @Test func whatHasNoDistanceIsRefused() {
    func matrix(_ rows: Int, _ columns: Int, _ value: Double = 1) -> Matrix {
      Matrix(rows: rows, columns: columns, values: .init(repeating: value, count: rows * columns))
    }
    #expect(throws: ArtifactError.self) { try FrechetDistance(between: matrix(1, 3), and: matrix(4, 3)) }
    #expect(throws: ArtifactError.self) { try FrechetDistance(between: matrix(4, 2), and: matrix(4, 3)) }
    #expect(throws: ArtifactError.self) { try FrechetDistance(between: matrix(4, 2, .nan), and: matrix(4, 2)) }
  }

  @Test func theFactorKeepsTheGramMatrix() throws {
    var noise = Noise(seed: 90)
    for (rows, columns) in [(9, 4), (4, 9), (5, 5), (7, 1)] {
      let a = Matrix(rows: rows, columns: columns, values: (0..<(rows * columns)).map { _ in noise.normal() })
      let r = try a.gramFactor()
      #expect(r.rows <= columns || r.rows == rows)
      for i in 0..<columns {
        for j in 0..<columns {
          func gram(_ m: Matrix) -> Double {
            (0..<m.rows).reduce(0) { $0 + m.values[$1 * columns + i] * m.values[$1 * columns + j] }
          }
          #expect(isClose(gram(a), gram(r), 1e-10))
        }
      }
      let squares = try a.singularValues().reduce(0) { $0 + $1 * $1 }
      #expect(isClose(squares, a.values.reduce(0) { $0 + $1 * $1 }, 1e-10))
    }
  }
}

import Foundation
import Testing

@testable import GinghamTensors

/// Files that others write while they are read.
@Suite struct MappedFileTests {
  private static func makeFile(_ count: Int) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)").path
    try Data(repeating: 7, count: count).write(to: URL(filePath: path))
    return path
  }

  @Test func smallFilesAreCopies() throws {
    let path = try Self.makeFile(100_000)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try MappedFile(path: path)
    truncate(path, 0)
    #expect(file.bytes.count == 100_000 && file.bytes.allSatisfy { $0 == 7 })
    #expect(try MappedFile(path: path).bytes.isEmpty)
    file.releasePages(of: file.bytes)
    #expect(file.bytes.allSatisfy { $0 == 7 })
  }

  @Test func filesThatShrinkBetweenMeasuringAndReadingAreRefused() throws {
    let path = try Self.makeFile(1000)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    #expect {
      try FileMemory(descriptor: descriptor, count: 1001, path: path)
    } throws: { "\($0)".contains("became shorter") }
  }

  @Test func largeFilesAreMapped() throws {
    let path = try Self.makeFile(100_000)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try MappedFile(path: path, largestCopied: 0)
    #expect(file.bytes.count == 100_000 && file.bytes.allSatisfy { $0 == 7 })
    file.releasePages(of: file.bytes)
    #expect(file.bytes.allSatisfy { $0 == 7 })
  }

  @Test func aMappedFileThatShrinksEndsTheProcessWithAnError() async throws {
    let result = try await #require(
      processExitsWith: .exitCode(1), observing: [\.standardErrorContent]
    ) {
      let path = try Self.makeFile(100_000)
      let file = try MappedFile(path: path, largestCopied: 0)
      truncate(path, 10)
      unlink(path)
      print(file.bytes.reduce(0) { $0 &+ Int($1) })
    }
    #expect(String(decoding: result.standardErrorContent, as: UTF8.self).contains("became shorter while it was read"))
  }

  @Test func whoAsksForLossesIsToldAndGoesOn() async throws {
    await #expect(processExitsWith: .success) {
      let path = try Self.makeFile(100_000)
      #expect {
        try MappedFile.noticingLosses(at: path) {
          let file = try MappedFile(path: path, largestCopied: 0)
          truncate(path, 10)
          return file.bytes.reduce(0) { $0 &+ Int($1) }
        }
      } throws: { "\($0)".contains("became shorter") }
      // Nothing was lost of the next one.
      let other = try Self.makeFile(100_000)
      let sum = try MappedFile.noticingLosses(at: other) {
        let file = try MappedFile(path: other, largestCopied: 0)
        return withExtendedLifetime(file) { file.bytes.reduce(0) { $0 + Int($1) } }
      }
      #expect(sum == 700_000)
      unlink(path)
      unlink(other)
    }
  }

  @Test func otherBusErrorsStayWhatTheyWere() async throws {
    await #expect(processExitsWith: .signal(SIGBUS)) {
      let path = try Self.makeFile(100_000)
      _ = try MappedFile(path: path, largestCopied: 0)
      raise(SIGBUS)
      raise(SIGBUS)
    }
  }

  @Test func memoryThatIsNotThereIsAnErrorBeforeItIsTaken() {
    #expect(SystemMemory.available > 1 << 20)
    #expect { try SystemMemory.require(.max, for: "it") } throws: { "\($0)".contains("it needs") }
    #expect(throws: Never.self) { try SystemMemory.require(1 << 20, for: "it") }
  }
}

import Foundation
import Testing

@testable import GinghamTensors

@Suite struct AtomicFileTests {
  @Test func whatKilledWritersLeaveGoesWithTheNextWrite() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }
    let (dead, alive, foreign, other) = (
      "a.npy.01234567.tmp", "a.npy.89ABCDEF.tmp", "a.npy.mine.tmp", "b.npy.01234567.tmp"
    )
    for name in [dead, alive, foreign, other] { try Data().write(to: URL(filePath: path(name))) }
    let lock = try #require(FileLock(path(alive)))
    try AtomicFile.write(path("a.npy")) { try $0.append([1, 2]) }
    withExtendedLifetime(lock) {}
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
    #expect(Set(names) == ["a.npy", alive, foreign, other])
  }
}

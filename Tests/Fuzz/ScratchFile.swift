import Foundation

/// One file in memory that holds a fuzzer's bytes: readers take paths.
final class ScratchFile {
  let path: String
  private let descriptor: Int32

  /// - Throws: where the system gives no file.
  init() throws {
    let folder = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    path = "\(folder)/gingham-fuzz-\(getpid())"
    descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  func hold(_ bytes: UnsafeRawBufferPointer) -> Bool {
    ftruncate(descriptor, 0) == 0
      && (bytes.isEmpty || pwrite(descriptor, bytes.baseAddress, bytes.count, 0) == bytes.count)
  }

  deinit {
    close(descriptor)
    unlink(path)
  }
}

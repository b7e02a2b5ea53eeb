#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import GinghamTensors

/// Whole files in and out of memory.
enum FileBytes {
  /// No picture file is larger than this many bytes.
  static let limit = 1 << 30

  static func contents(of path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0, errno == ENOTDIR, FileArchive.leadsInto(path) {
      let member = try MappedFile(path: path)
      return withExtendedLifetime(member) { Array(member.bytes) }
    }
    guard descriptor >= 0 else { throw ImageError.unreadable(path: path, reason: lastError) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw ImageError.unreadable(path: path, reason: lastError) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw ImageError.unreadable(path: path, reason: "it is a directory")
    default: throw ImageError.unreadable(path: path, reason: "it is not a regular file")
    }
    guard status.st_size <= limit else {
      throw ImageError.unreadable(path: path, reason: "\(status.st_size) bytes are too many for a picture")
    }
    let size = Int(status.st_size)
    var failure: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size, let base = buffer.baseAddress {
        let got = read(descriptor, base + count, size - count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = lastError }
        if got <= 0 { break }
        count += got
      }
    }
    if let failure { throw ImageError.unreadable(path: path, reason: failure) }
    return bytes
  }

  /// Writes beside the target and renames, so that no reader ever sees half a file and a failure leaves the old one.
  static func replaceContents(of path: String, with bytes: [UInt8]) throws {
    let temporary = "\(path).\(getpid())-\(UInt64.random(in: 0 ... .max)).part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw ImageError.unwritable(path: path, reason: lastError) }
    var failure: String?
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count, let base = buffer.baseAddress {
        let put = write(descriptor, base + done, buffer.count - done)
        if put < 0, errno == EINTR { continue }
        if put < 0 {
          failure = lastError
          break
        }
        done += put
      }
    }
    // Some file systems report a full disk only here.
    if close(descriptor) != 0, failure == nil { failure = lastError }
    if failure == nil, rename(temporary, path) != 0 { failure = lastError }
    if let failure {
      unlink(temporary)
      throw ImageError.unwritable(path: path, reason: failure)
    }
  }

  private static var lastError: String { String(cString: strerror(errno)) }
}

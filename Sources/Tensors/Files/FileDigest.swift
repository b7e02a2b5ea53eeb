import CCrypto
import Foundation

/// The SHA-256 of a file, as 64 hexadecimal digits: what ties a result to the exact weights it came from.
public enum FileDigest {
  /// - Throws: ``FormatError/unreadable(path:reason:)``.
  public static func sha256(path: String) throws -> String {
    let file = try MappedFile(path: path)
    guard let digest = sha256(file.bytes) else {
      throw FormatError.unreadable(path: path, reason: "its checksum cannot be computed")
    }
    return digest
  }

  /// Of bytes in memory, in hexadecimal digits; `nil` where the library refuses.
  public static func sha256(_ bytes: UnsafeRawBufferPointer) -> String? {
    sha256Bytes(bytes)?.map { String(format: "%02x", $0) }.joined()
  }

  /// Of bytes in memory, as the 32 bytes it is; `nil` where the library refuses.
  public static func sha256Bytes(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    var digest = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    guard EVP_Digest(bytes.baseAddress, bytes.count, &digest, &count, EVP_sha256(), nil) == 1, count == 32 else {
      return nil
    }
    return digest
  }
}

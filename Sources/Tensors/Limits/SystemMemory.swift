import Foundation

/// How much memory the process can still get. Asked before large pieces are taken: the system promises more than it has,
/// and ends the process when the promise is kept.
public enum SystemMemory {
  /// Bytes that can be had now, or `Int.max` where the system does not say.
  public static var available: Int {
    var bytes = physical
    #if os(Linux)
      if let free = field("MemAvailable:", of: "/proc/meminfo") { bytes = min(bytes, 1024 * free) }
      if let limit = number(in: "/sys/fs/cgroup/memory.max"), let used = number(in: "/sys/fs/cgroup/memory.current") {
        bytes = min(bytes, max(limit - used, 0))
      }
      var limit = rlimit()
      if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < UInt(Int.max),
        let used = field("VmSize:", of: "/proc/self/status")
      {
        bytes = min(bytes, max(Int(limit.rlim_cur) - 1024 * used, 0))
      }
    #endif
    return bytes
  }

  private static var physical: Int { Int(clamping: ProcessInfo.processInfo.physicalMemory) }

  /// - Parameter what: what needs the memory, as in "the gradient of 'fc'".
  /// - Throws: ``MemoryError`` where there is less than `bytes`.
  public static func require(_ bytes: Int, for what: @autoclosure () -> String) throws(MemoryError) {
    // Asking the system costs more than what a small piece could.
    guard bytes > 1 << 26 else { return }
    let available = available
    guard bytes <= available else { throw MemoryError(what: what(), needed: bytes, available: available) }
  }

  private static func field(_ name: String, of path: String) -> Int? {
    guard let text = text(of: path), let start = text.range(of: name)?.upperBound else { return nil }
    return Int(text[start...].drop { $0 == " " || $0 == "\t" }.prefix { $0.isNumber })
  }

  private static func number(in path: String) -> Int? {
    text(of: path).flatMap { Int($0.prefix { $0.isNumber }) }
  }

  private static func text(of path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// There is not enough memory for what was asked.
public struct MemoryError: Error, Hashable, Sendable {
  /// What the memory was for.
  public let what: String
  /// Bytes.
  public let needed: Int
  /// Bytes.
  public let available: Int
}

extension MemoryError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    "\(what) needs \(Self.gigabytes(needed)) of memory, and \(Self.gigabytes(available)) are free"
  }

  private static func gigabytes(_ bytes: Int) -> String {
    bytes < Int(1e18) ? String(format: "%.1f GB", Double(bytes) / 1e9) : "more than a billion GB"
  }
}

import Foundation

/// What happens where a mapped file loses bytes that are then read: the system sends SIGBUS, and there is no number to
/// go on with. The process ends with an error that names the file, and exit status 1.
///
/// A signal comes at any place and may not allocate or lock, so what its handler needs lies in plain memory: a table of
/// mappings that lives as long as the process. Signals for other addresses go where they went before.
enum LostPages {
  private struct Mapping {
    var start: UInt = 0
    var end: UInt = 0
    /// The whole message, and its length.
    var message: UnsafeMutablePointer<CChar>?
    var length = 0
  }

  private struct Table: @unchecked Sendable {
    let mappings: UnsafeMutablePointer<Mapping>
    let previous: UnsafeMutablePointer<sigaction>
    let lock = NSLock()
  }

  private static let capacity = 256

  private static let table: Table = {
    let table = Table(mappings: .allocate(capacity: capacity), previous: .allocate(capacity: 1))
    table.mappings.initialize(repeating: Mapping(), count: capacity)
    table.previous.initialize(to: sigaction())
    return table
  }()

  /// Installed once, when the first file is mapped.
  private static let isWatching: Bool = {
    _ = table
    var action = sigaction()
    action.sa_flags = SA_SIGINFO
    #if canImport(Glibc)
      action.__sigaction_handler.sa_sigaction = { signal, info, context in LostPages.handle(signal, info, context) }
    #else
      action.__sigaction_u.__sa_sigaction = { signal, info, context in LostPages.handle(signal, info, context) }
    #endif
    return sigaction(SIGBUS, &action, table.previous) == 0
  }()

  static func watch(_ base: UnsafeMutableRawPointer, count: Int, path: String) {
    guard isWatching else { return }
    let text = "Error: cannot read '\(path.printable())': it became shorter while it was read\n"
    table.lock.withLock {
      for index in 0..<capacity where table.mappings[index].end == 0 {
        table.mappings[index].message = strdup(text)
        table.mappings[index].length = text.utf8.count
        table.mappings[index].start = UInt(bitPattern: base)
        table.mappings[index].end = UInt(bitPattern: base) + UInt(count)
        return
      }
    }
  }

  static func forget(_ base: UnsafeMutableRawPointer) {
    table.lock.withLock {
      for index in 0..<capacity where table.mappings[index].start == UInt(bitPattern: base) {
        table.mappings[index].end = 0
        table.mappings[index].start = 0
        free(table.mappings[index].message)
        table.mappings[index].message = nil
      }
    }
  }

  private static func handle(
    _ signal: Int32, _ info: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?
  ) {
    #if canImport(Glibc)
      let address = UInt(bitPattern: info?.pointee._sifields._sigfault.si_addr)
    #else
      let address = UInt(bitPattern: info?.pointee.si_addr)
    #endif
    for index in 0..<capacity where table.mappings[index].start <= address && address < table.mappings[index].end {
      _ = write(STDERR_FILENO, table.mappings[index].message, table.mappings[index].length)
      _exit(1)
    }
    // Not ours: as it would have been, when the same instruction runs again.
    sigaction(signal, table.previous, nil)
  }
}

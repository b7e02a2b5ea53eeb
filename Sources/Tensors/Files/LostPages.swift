import Foundation

/// What happens where a mapped file loses bytes that are then read: the system sends SIGBUS, and there is no number to
/// go on with. The process ends with an error that names the file, and exit status 1; or, for work that asks afterwards
/// (``MappedFile/noticingLosses(_:)``), goes on with zeros in the file's place and is told that all was for nothing.
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
    var isLost = false
  }

  private struct Table: @unchecked Sendable {
    let mappings: UnsafeMutablePointer<Mapping>
    let previous: UnsafeMutablePointer<sigaction>
    /// How many are in work that asks afterwards.
    let askers: UnsafeMutablePointer<Int>
    /// Whether something was lost that is mapped no longer.
    let hasLost: UnsafeMutablePointer<Bool>
    let pageSize = UInt(sysconf(Int32(_SC_PAGESIZE)))
    let lock = NSLock()
  }

  private static let capacity = 256

  private static let table: Table = {
    let table = Table(
      mappings: .allocate(capacity: capacity), previous: .allocate(capacity: 1), askers: .allocate(capacity: 1),
      hasLost: .allocate(capacity: 1))
    table.askers.initialize(to: 0)
    table.hasLost.initialize(to: false)
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
        if table.mappings[index].isLost { table.hasLost.pointee = true }
        table.mappings[index].isLost = false
        free(table.mappings[index].message)
        table.mappings[index].message = nil
      }
    }
  }

  /// - Returns: what `body` does, and whether any mapped file has lost bytes that were read meanwhile.
  static func asking<Value>(_ body: () throws -> Value) rethrows -> (value: Value, hasLost: Bool) {
    table.lock.withLock { table.askers.pointee += 1 }
    defer { table.lock.withLock { table.askers.pointee -= 1 } }
    let value = try body()
    return table.lock.withLock {
      let lost = table.hasLost.pointee || (0..<capacity).contains { table.mappings[$0].isLost }
      table.hasLost.pointee = false
      return (value, lost)
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
      if table.askers.pointee > 0 {
        let page = UnsafeMutableRawPointer(bitPattern: address / table.pageSize * table.pageSize)
        table.mappings[index].isLost = true
        if mmap(page, Int(table.pageSize), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED {
          return
        }
      }
      _ = write(STDERR_FILENO, table.mappings[index].message, table.mappings[index].length)
      _exit(1)
    }
    // Not ours: as it would have been, when the same instruction runs again.
    sigaction(signal, table.previous, nil)
  }
}

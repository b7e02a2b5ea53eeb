import Foundation

/// A client that sends what it likes, byte by byte.
final class RawClient: @unchecked Sendable {
  private let socket: Int32

  /// Connects to this machine.
  init(port: Int) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      close(socket)
      throw POSIXError(.init(rawValue: errno) ?? .EIO)
    }
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { hangUp() }

  private let isOpen = NSLock()
  private var hasHungUp = false

  /// Ends the connection from this side.
  func hangUp() {
    isOpen.withLock {
      if !hasHungUp { close(socket) }
      hasHungUp = true
    }
  }

  /// - Returns: whether the other side still takes it.
  @discardableResult func send(_ text: String) -> Bool { send(Data(text.utf8)) }

  @discardableResult func send(_ data: Data) -> Bool {
    data.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = Glibc.send(
          socket, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }
  }

  /// All that comes until the other side ends it.
  func rest() -> String {
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(socket, &piece, piece.count, 0)
      guard count > 0 else { break }
      all += piece[..<count]
    }
    return String(decoding: all, as: UTF8.self)
  }

  /// Sends one thing and hears the answer, off the threads that tasks share.
  static func answer(port: Int, _ request: String) async throws -> String {
    try await off {
      let client = try RawClient(port: port)
      client.send(request)
      return client.rest()
    }
  }

  /// Does what blocks on a thread of its own.
  static func off<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { waiter in
      Thread.detachNewThread { waiter.resume(with: Result { try body() }) }
    }
  }
}

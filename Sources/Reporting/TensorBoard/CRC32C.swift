/// The cyclic redundancy check of Castagnoli et al. (1993): polynomial 0x1EDC6F41, bits reflected, as in iSCSI (RFC 3720).
struct CRC32C {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
  }

  static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { sum, byte in sum >> 8 ^ table[Int((sum ^ UInt32(byte)) & 0xFF)] }
  }

  /// Turned and shifted, as records store it: a check of data that holds checks of its own would otherwise be weak.
  static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let sum = checksum(of: bytes)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }
}

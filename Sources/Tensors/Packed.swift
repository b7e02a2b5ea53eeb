import Foundation

/// Numbers that the program keeps for itself as their bytes: read and written a hundred times as fast as one by one, and the
/// same bits afterwards, whatever they are.
@propertyWrapper
public struct Packed: Hashable, Sendable {
  /// The numbers.
  public var wrappedValue: [Double]

  /// Of these numbers.
  public init(wrappedValue: [Double]) { self.wrappedValue = wrappedValue }
}

extension Packed: Codable {
  /// - Throws: ``DecodingError`` where the bytes are not whole numbers of 64 bits.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let data = try container.decode(Data.self)
    let size = MemoryLayout<Double>.stride
    guard data.count.isMultiple(of: size) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(data.count) bytes are no numbers")
    }
    wrappedValue = [Double](unsafeUninitializedCapacity: data.count / size) { target, count in
      count = data.count / size
      data.copyBytes(to: UnsafeMutableRawBufferPointer(target))
    }
  }

  /// As bytes in the machine's order.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue.withUnsafeBytes { Data($0) })
  }
}

extension CodingUserInfoKey {
  /// Set where a value is written for the program itself, which reads it again, and nothing may be left out of it that
  /// files for others have no use for.
  package static let keepsAll = CodingUserInfoKey(rawValue: "keepsAll").unsafelyUnwrapped
}

extension Encoder {
  /// Whether nothing may be left out.
  package var keepsAll: Bool { userInfo[.keepsAll] != nil }
}

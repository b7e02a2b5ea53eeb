/// How exactly a plan multiplies: the operands of convolutions and of products with weights. Sums, everything between
/// products, masks, and what goes in and comes out are in 32 bits in each of them.
public enum Precision: String, Codable, Sendable, CaseIterable {
  /// 24 significant bits.
  case float32
  /// Operands rounded to 8 significant bits (bfloat16, to nearest, ties to even).
  case bf16
}

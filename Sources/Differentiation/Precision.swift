/// How exactly a plan multiplies: the operands of convolutions and of products with weights. Sums, everything between
/// products, masks, and what goes in and comes out are in 32 bits in each of them.
public enum Precision: String, Codable, Sendable, CaseIterable {
  /// 24 significant bits.
  case float32
  /// Operands rounded to 8 significant bits (bfloat16, to nearest, ties to even).
  case bf16
  /// Each operand as a sum of two bfloat16 numbers and each product as three of theirs, the product of the two small
  /// parts left out: about 16 significant bits (Henry, Tang & Heinecke, "Leveraging the bfloat16 artificial intelligence
  /// datatype for higher-precision computations", 2019).
  case bf16x3
}

/// What the JSON schemas of files are called, which stand in `Sources/Gingham/Schemas`.
///
/// A file carries the name of its schema as `schema`, so that figures of different versions are not mistaken for each
/// other.
public enum SchemaName {
  /// Goes up with every change of keys and of what stands under them.
  public static let version = 1

  /// A URN with the type's name and the version.
  public static func of(_ type: Any.Type) -> String { "urn:gingham:\(type):\(version)" }
}

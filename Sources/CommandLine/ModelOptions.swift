import ArgumentParser
import Gingham
import GinghamOptions

/// What a model's file leaves unsaid.
package typealias ModelOptions = SettingOptions<ModelSource>

extension ModelOptions {
  /// Of the argument that names the model, which every verb declares itself.
  static var modelHelp: ArgumentHelp { "A .onnx, .safetensors, .pth or .pt file, or random:NAME[?seed=N]." }

  /// Of arguments that name pictures.
  static var picturesHelp: ArgumentHelp {
    """
    Pictures, .npy arrays, folders, tar and zip archives, quoted patterns, @FILE that lists them, or - for a list on \
    standard input.
    """
  }

  /// Which model the options make of a name.
  ///
  /// - Throws: ``SettingError``.
  package func source(_ model: String) throws -> ModelSource { try applied(to: ModelSource(model)) }
}

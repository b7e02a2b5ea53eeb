/// Names under which training scripts file averages of weights over steps, beside the weights themselves.
public enum AveragedNames {
  /// Words that say so by themselves: exponential moving averages (`model_ema`, `state_dict_ema`), stochastic weight
  /// averaging (`swa_model`), the shadows of moving averages.
  private static let words: Set<Substring> = ["ema", "netema", "averaged", "swa", "shadow"]

  /// Nets that follow another one with some inertia: DINO's teacher its student, BYOL's target its online net, MoCo's
  /// second encoder its first.
  private static let followers = [("teacher", "student"), ("target", "online"), ("encoder_k", "encoder_q")]

  /// Whether a dictionary or module of this name holds averages.
  ///
  /// - Parameter others: what stands beside it.
  public static func contains(_ name: String, beside others: some Collection<String>) -> Bool {
    let lowered = name.lowercased()
    if lowered.split(whereSeparator: { "._-".contains($0) }).contains(where: words.contains) { return true }
    if followers.contains(where: { lowered.contains($0) && others.contains(name.replacing($0, with: $1)) }) {
      return true
    }
    // PyTorch's AveragedModel counts the steps.
    return (name == "module" || name == "module.") && others.contains("n_averaged")
  }
}

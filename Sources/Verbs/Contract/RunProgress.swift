/// How far a run has come: the one kind of progress that all runs report.
public struct RunProgress: Sendable {
  /// How far something is.
  public struct Step: Hashable, Sendable {
    /// What is being done, or what is being counted.
    public var what: String
    /// Parts of it.
    public var done: Int
    /// `nil`: the step has no number.
    public var total: Int?

    /// With the properties of the same names.
    public init(what: String, done: Int, total: Int?) {
      self.what = what
      self.done = done
      self.total = total
    }
  }

  private let show: @Sendable (Step) -> Void

  /// With the property of the same name.
  public init(_ show: @escaping @Sendable (Step) -> Void) {
    self.show = show
  }

  /// Tells nobody.
  public static let silent = RunProgress { _ in }

  /// Something whose end is not known begins.
  public func step(_ what: String) { show(Step(what: what, done: 0, total: nil)) }

  /// So many of so many parts are done.
  public func step(_ what: String, _ done: Int, of total: Int) { show(Step(what: what, done: done, total: total)) }
}

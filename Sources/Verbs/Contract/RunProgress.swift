/// How far a run has come: the one kind of progress that all runs report.
public struct RunProgress: Sendable {
  /// One report: so much is done of what is under way.
  public struct Step: Hashable, Sendable {
    /// What is being done, or what is being counted.
    public var what: String
    /// What is finished, 0…``total``; 0 where the step has no number.
    public var done: Int
    /// `nil`: the step has no number.
    public var total: Int?

    /// - Parameter total: `nil` where the step has no number.
    public init(what: String, done: Int, total: Int?) {
      self.what = what
      self.done = done
      self.total = total
    }
  }

  private let show: @Sendable (Step) -> Void

  /// - Parameter show: is called at every step, on whichever thread is at work.
  public init(_ show: @escaping @Sendable (Step) -> Void) {
    self.show = show
  }

  /// Tells nobody.
  public static let silent = RunProgress { _ in }

  /// Says what is being done, where it cannot be counted.
  public func step(_ what: String) { show(Step(what: what, done: 0, total: nil)) }

  /// Says how much is finished of what is being counted.
  public func step(_ what: String, _ done: Int, of total: Int) { show(Step(what: what, done: done, total: total)) }
}

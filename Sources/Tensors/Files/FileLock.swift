import Foundation

/// A lock on a file that the system takes back when its process ends, however it ends.
public final class FileLock {
  private let descriptor: Int32

  /// Takes the lock, and makes the file where there is none; `nil` where another process has it, or the file cannot be
  /// made.
  public init?(_ path: String) {
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { return nil }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        close(descriptor)
        return nil
      }
      // Whoever held it may have removed the file: then this lock is on nothing.
      var (held, named) = (stat(), stat())
      if fstat(descriptor, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino,
        held.st_dev == named.st_dev
      {
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  deinit { close(descriptor) }
}

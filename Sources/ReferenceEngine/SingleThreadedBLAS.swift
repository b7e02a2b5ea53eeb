import COpenBLAS
import Synchronization

/// OpenBLAS' own threads would fight with those of whoever calls the reference engine. Their number is one while any
/// product of ours runs, and what it was afterwards: the library may be somebody else's too.
enum SingleThreadedBLAS {
  private struct Users: Sendable {
    var count = 0
    var before: Int32 = 1
  }

  private static let users = Mutex(Users())

  static func during(_ body: () -> Void) {
    users.withLock { users in
      if users.count == 0 {
        users.before = openblas_get_num_threads()
        openblas_set_num_threads(1)
      }
      users.count += 1
    }
    body()
    users.withLock { users in
      users.count -= 1
      if users.count == 0 { openblas_set_num_threads(users.before) }
    }
  }
}

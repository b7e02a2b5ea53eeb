import COneDNN
import GinghamDifferentiation

/// oneDNN's CPU engine with one in-order stream, and what the CPU at hand wants.
final class OneDNN {
  let engine: dnnl_engine_t
  let stream: dnnl_stream_t
  let threads: Int
  /// Channels that stand side by side in blocked layouts: one vector register of them.
  let channelBlock: Int
  let flushingSubnormals: SubnormalFlushing
  /// Whether the CPU has instructions for products of bfloat16 numbers (AVX512_BF16, AMX-BF16).
  let multipliesBFloat16: Bool

  init(threads: Int) throws {
    self.threads = max(1, threads)
    let before = omp_get_max_threads()
    omp_set_num_threads(Int32(self.threads))
    defer { omp_set_num_threads(before) }
    var engine: dnnl_engine_t?
    try check(dnnl_engine_create(&engine, dnnl_cpu, 0), "creating the CPU engine")
    guard let engine else { throw EngineError.library("oneDNN made no CPU engine") }
    var stream: dnnl_stream_t?
    let status = dnnl_stream_create(&stream, engine, dnnl_stream_in_order.rawValue)
    guard status == dnnl_success, let stream else {
      dnnl_engine_destroy(engine)
      throw EngineError.library("oneDNN made no stream")
    }
    self.engine = engine
    self.stream = stream
    flushingSubnormals = SubnormalFlushing(threads: self.threads)
    // The instruction sets are bit masks: AVX-512 contains all bits of `dnnl_cpu_isa_avx512_core`.
    let has = { (isa: dnnl_cpu_isa_t) in dnnl_get_effective_cpu_isa().rawValue & isa.rawValue == isa.rawValue }
    channelBlock = has(dnnl_cpu_isa_avx512_core) ? 16 : 8
    multipliesBFloat16 = has(dnnl_cpu_isa_avx512_core_bf16)
  }

  deinit {
    dnnl_stream_destroy(stream)
    dnnl_engine_destroy(engine)
  }

  /// Fixes the number of threads for what `body` runs on the calling thread. Primitives divide their work when they are
  /// made, so planning and running must agree. Afterwards the number is what it was: OpenMP's settings belong to whoever
  /// calls.
  func onThreads<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = omp_get_max_threads()
    omp_set_num_threads(Int32(threads))
    defer { omp_set_num_threads(before) }
    return try body()
  }
}

func check(_ status: dnnl_status_t, _ action: @autoclosure () -> String) throws {
  guard status == dnnl_success else {
    throw EngineError.library("oneDNN: \(action()) failed (\(String(cString: dnnl_status2str(status))))")
  }
}

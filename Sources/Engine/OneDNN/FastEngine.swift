import COneDNN

/// The fast engine on this computer.
public enum FastEngine {
  /// The library that computes and its version, such as "oneDNN 2.6.3".
  public static var library: String {
    guard let version = dnnl_version()?.pointee else { return "oneDNN" }
    return "oneDNN \(version.major).\(version.minor).\(version.patch)"
  }

  /// The widest instructions of this processor that the library makes code for, such as "AVX-512 VNNI".
  public static var instructions: String {
    let effective = dnnl_get_effective_cpu_isa().rawValue
    // Sets are bit masks, each containing those below it.
    return known.first { effective & $0.set.rawValue == $0.set.rawValue }?.name ?? "no vector instructions"
  }

  private static let known: [(set: dnnl_cpu_isa_t, name: String)] = [
    (dnnl_cpu_isa_avx512_core_amx, "AVX-512 AMX"), (dnnl_cpu_isa_avx512_core_bf16, "AVX-512 BF16"),
    (dnnl_cpu_isa_avx512_core_vnni, "AVX-512 VNNI"), (dnnl_cpu_isa_avx512_core, "AVX-512"),
    (dnnl_cpu_isa_avx2_vnni, "AVX2 VNNI"), (dnnl_cpu_isa_avx2, "AVX2"), (dnnl_cpu_isa_avx, "AVX"),
    (dnnl_cpu_isa_sse41, "SSE 4.1"),
  ]
}

#!/usr/bin/env bash
# Fuzzes everything that reads strangers' files, under the address sanitizer, and fails where a reader traps, writes where
# it may not, takes ten seconds or a gigabyte.
#
#   notebooks-scripts/fuzz.sh SECONDS [TARGET...]     seconds in all, shared out among the targets
#
# What is found stays in .build-fuzz/found, and the corpus that grew in .build-fuzz/corpus. SEED=1 in the environment makes every
# run begin alike, from the seeds alone.
set -euo pipefail

seconds=$1
shift
root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/.build-fuzz
cd "$root"

runtime=$(find -L "$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")"/lib/clang \
  -name 'libclang_rt.fuzzer_no_main-x86_64.a' | head -1)
if [ -z "$runtime" ]; then
  echo "nothing was run: this toolchain has no libFuzzer (libclang_rt.fuzzer_no_main-x86_64.a)" >&2
  exit 2
fi
GINGHAM_FUZZ=$(dirname "$runtime")
export GINGHAM_FUZZ
swift build -c release --product GinghamFuzz --scratch-path "$build" --sanitize=address -Xswiftc -enable-testing \
  -Xswiftc -sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp
tool=$build/release/GinghamFuzz

targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <("$tool" || true)
share=$((seconds / ${#targets[@]}))
python3 notebooks-scripts/fuzz_seeds.py "$build/seeds"

export ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16:allocator_may_return_null=1
status=0
mkdir -p "$build/found"
for target in "${targets[@]}"; do
  [ -z "${SEED:-}" ] || rm -rf "$build/corpus/$target"
  mkdir -p "$build/corpus/$target"
  log=$build/$target.log
  # 100 kB hold every structure there is, and keep the loop fast.
  "$tool" "$target" -max_total_time="$share" -timeout=10 -rss_limit_mb=1024 -max_len=100000 -len_control=20 \
    -seed="${SEED:-0}" -print_final_stats=1 -artifact_prefix="$build/found/$target-" "$build/corpus/$target" "$build/seeds/$target" \
    >"$log" 2>&1 || { status=1; echo "$target: FOUND SOMETHING, see $log"; tail -30 "$log"; }
  echo "$target: $(grep -E 'stat::(number_of_executed_units|peak_rss_mb)' "$log" | awk '{printf "%s %s  ", $1, $2}')"
done
exit $status

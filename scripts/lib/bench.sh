# What the scripts of the benchmarks share; sourced, with top and JAVA_HOME set.

build_bench() {
    (cd "$top" && mvn -q -B -ntp -Dstyle.color=never -pl host/bench -am package -Dmaven.test.skip=true)
}

bench_commit() {
    local hash
    hash=$(git -C "$top" rev-parse --short=12 HEAD 2>/dev/null) || { echo unknown; return; }
    # Results, and what is written of them, do not change what is measured.
    git -C "$top" diff --quiet HEAD -- . ':!docs/results' ':!docs/experiments' 2>/dev/null || hash="$hash with changes"
    echo "$hash"
}

# run_bench [JVM-OPTION...] CLASS [ARGUMENT...]
run_bench() {
    "$JAVA_HOME/bin/java" -XX:+UnlockExperimentalVMOptions -XX:+EnableJVMCI --upgrade-module-path="$top/host/penny/target/jit" \
        --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:MaxDirectMemorySize=4g -Dpenny.root="$top" \
        -Dpenny.commit="$(bench_commit)" -cp "$top/host/bench/target/classes:$top/host/bench/target/lib/*" "$@"
}

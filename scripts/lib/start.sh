# shellcheck shell=bash
# Sourced by scripts/penny: an AOT cache of the JVM in the build output, with which commands start and warm up in about half the time.
# It is made in the background by the first command after a build. Whatever goes wrong with it, the command runs without it.
#
# Uses top, dist and JAVA_HOME of the caller.

# shellcheck disable=SC2154
start_dir=$dist/start
start_cache=$start_dir/penny.aot
# The JDK for which a cache was tried, and as last line whether it came out: "usable" or "failed".
start_state=$start_dir/state

start_jdk() {
    echo "$JAVA_HOME"
    cat "$JAVA_HOME/release" 2>/dev/null || true
}

# Sets start_result to usable, failed, or nothing if no cache was tried for this JDK and these jars. Without a process of its own: every
# command asks.
find_start_result() {
    local jar state release=''
    start_result=
    [ -r "$start_state" ] || return 0
    for jar in "$dist"/lib/*.jar "$start_dir"/*.jar; do
        [ "$jar" -nt "$start_state" ] && return 0
    done
    IFS= read -r -d '' state <"$start_state" || true
    [ ! -r "$JAVA_HOME/release" ] || IFS= read -r -d '' release <"$JAVA_HOME/release" || true
    case $state in
        "$JAVA_HOME"$'\n'"$release"usable$'\n') start_result=usable ;;
        "$JAVA_HOME"$'\n'"$release"failed$'\n') start_result=failed ;;
    esac
}

# The options that go with a cache: the same when it is made and when it is used.
start_options() {
    local jar
    for jar in "$start_dir"/penny-jit-*.jar; do
        options=("@$top/scripts/start.args" "--module-path=$jar")
    done
}

# Records a cache from a run of typical commands; about 15 s of processor time at the lowest priority.
start_record() {
    local result=failed recording=$start_dir/recording options=()
    # A recording that died with its machine must not prevent all later ones.
    find "$recording" -maxdepth 0 -mmin +15 -exec rm -rf {} + 2>/dev/null || true
    mkdir "$recording" 2>/dev/null || return 0
    start_options
    if [ ${#options[@]} -gt 0 ] && (cd "$recording" && nice -n 19 "$JAVA_HOME/bin/java" "${options[@]}" -XX:+UseSerialGC -Xms64m \
        -XX:MaxDirectMemorySize=16g -XX:AOTCacheOutput=penny.aot -Dpolyglot.engine.CompilationFailureAction=ExitVM \
        -cp "$dist/lib/*" dev.penny.cli.StartTraining "$top/guest-modules") && [ -s "$recording/penny.aot" ]; then
        mv -f "$recording/penny.aot" "$start_cache" && result=usable
    fi
    { start_jdk; echo "$result"; } >"$recording/state" && mv -f "$recording/state" "$start_state"
    rm -rf "$recording"
}

# Sourced by the scripts: find_jdk prints the home of a JDK 25 or newer, or says what to install and fails with 69.

jdk_major() {
    # "openjdk version "25.0.3" ..." -> 25; nothing if this is not a JDK with a compiler.
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
    "$1/bin/java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1
}

find_jdk() {
    local candidate major on_path tried=""
    on_path=$(command -v javac || true)
    [ -n "$on_path" ] && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/java/* /opt/jdk* \
        "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        [ -n "$candidate" ] && [ -d "$candidate" ] || continue
        major=$(jdk_major "$candidate")
        if [ -n "$major" ] && [ "$major" -ge 25 ]; then
            echo "$candidate"
            return 0
        fi
        [ -n "$major" ] && tried="$tried $candidate ($major)"
    done
    echo "penny: no JDK 25 or newer found: JAVA_HOME=${JAVA_HOME:-unset}, found=${tried:- none}" >&2
    echo "penny: install one (for example Eclipse Temurin 25) and set JAVA_HOME to it" >&2
    return 69
}

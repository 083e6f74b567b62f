# shellcheck shell=bash
# Sourced by the scripts: find_jdk prints the home of a JDK 25 or newer, or says what to install and fails with 69.

# "25.0.3" -> 25; nothing if this is not a JDK with a compiler. Starting each java to ask it would take most of a short command's time, and
# so would a process per file that is read.
jdk_major() {
    local line='' version
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
    if [ -r "$1/release" ]; then
        while IFS= read -r line || [ -n "$line" ]; do
            case $line in
                JAVA_VERSION=*)
                    version=${line#JAVA_VERSION=}
                    version=${version#\"}
                    echo "${version%%[!0-9]*}"
                    return 0
                    ;;
            esac
        done <"$1/release"
    fi
    "$1/bin/java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1
}

# The home of the javac on the path, through links.
jdk_on_path() {
    local file link
    file=$(command -v javac) || return 0
    while [ -L "$file" ]; do
        link=$(readlink "$file")
        case $link in
            /*) file=$link ;;
            *) file=$(dirname "$file")/$link ;;
        esac
    done
    (cd "$(dirname "$file")/.." && pwd -P)
}

find_jdk() {
    local candidate major tried=""
    if [ -n "${JAVA_HOME:-}" ] && [ -d "$JAVA_HOME" ]; then
        major=$(jdk_major "$JAVA_HOME")
        if [ -n "$major" ] && [ "$major" -ge 25 ]; then
            echo "$JAVA_HOME"
            return 0
        fi
    fi
    for candidate in "${JAVA_HOME:-}" "$(jdk_on_path)" /usr/lib/jvm/* /opt/java/* /opt/jdk* \
        "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
        [ -d "$candidate" ] || continue
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

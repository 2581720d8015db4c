#!/bin/sh
# Says in one line what a build needs and this machine lacks, with the command that installs it.
# usage: preflight.sh [python]          exit code 1 when something is missing
#        preflight.sh --tools name...   of these programs alone, which longer checks run

missing=
packages=

lacks() { # what, package of Debian, of Fedora, of Homebrew
    missing="${missing:+$missing, }$1"
    if command -v apt-get >/dev/null; then
        packages="$packages $2"
    elif command -v dnf >/dev/null; then
        packages="$packages $3"
    else
        packages="$packages $4"
    fi
}

install_command() {
    sudo=
    [ "$(id -u)" = 0 ] || sudo="sudo "
    if command -v apt-get >/dev/null; then
        echo "${sudo}apt-get install$packages"
    elif command -v dnf >/dev/null; then
        echo "${sudo}dnf install$packages"
    elif [ "$(uname -s)" = Darwin ]; then
        case $packages in
        *xcode*) echo "xcode-select --install" ;;
        *) echo "brew install$packages" ;;
        esac
    else
        echo "your system's package manager"
    fi
}

report() {
    [ -z "$missing" ] && exit 0
    echo "cornu: missing: $missing. Install with: $(install_command)" >&2
    exit 1
}

compiles() { # C flags; the program on standard input
    directory=$(mktemp -d) || exit 1
    cat >"$directory/program.c"
    # shellcheck disable=SC2086 # a compiler and flags may be several words
    $compiler "$@" "$directory/program.c" -o "$directory/program" -pthread -lm >/dev/null 2>&1
    result=$?
    rm -rf "$directory"
    return $result
}

check_compiler() {
    if ! command -v "${compiler%% *}" >/dev/null; then
        lacks "a C compiler (${compiler%% *})" "gcc libc6-dev" gcc xcode
        return 1
    fi
    if ! printf '#include <pthread.h>\n#include <stdio.h>\nint main(void) { return puts("") < 0; }\n' | compiles; then
        lacks "the C library's headers" libc6-dev glibc-devel xcode
        return 1
    fi
}

check_tools() {
    for tool; do
        command -v "$tool" >/dev/null && continue
        case $tool in
        # Emulators of programs alone are there on Linux only.
        qemu-*) lacks "an emulator ($tool)" qemu-user qemu-user qemu ;;
        aarch64-linux-gnu-gcc)
            lacks "a compiler for arm64 ($tool)" "gcc-aarch64-linux-gnu libc6-dev-arm64-cross" gcc-aarch64-linux-gnu \
                aarch64-unknown-linux-gnu
            ;;
        arm-none-eabi-gcc)
            lacks "a compiler for boards ($tool)" "gcc-arm-none-eabi libnewlib-arm-none-eabi" \
                "arm-none-eabi-gcc-cs arm-none-eabi-newlib" arm-none-eabi-gcc
            ;;
        arm-linux-gnueabihf-gcc)
            lacks "a compiler for 32-bit ARM ($tool)" "gcc-arm-linux-gnueabihf libc6-dev-armhf-cross" \
                gcc-arm-linux-gnu arm-unknown-linux-gnueabihf
            ;;
        chromedriver) lacks "what drives Chromium ($tool)" chromium-driver chromedriver chromedriver ;;
        *) lacks "$tool" "$tool" "$tool" "$tool" ;;
        esac
    done
}

if [ "${1:-}" = --tools ]; then
    shift
    check_tools "$@"
    report
fi

python=${1:-python3}

if ! "$python" -c '' 2>/dev/null; then
    compiler=${CC:-cc}
    lacks "Python 3.10 or later ($python)" "python3 python3-dev python3-venv" "python3 python3-devel" python3
    check_compiler
    report
fi

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    echo "cornu: $python is $("$python" --version 2>&1), and 3.10 or later is needed. Choose one with: make PYTHON=python3.12" >&2
    exit 1
fi

# Debian names the packages of its own python3 without a version.
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
case $(command -v "$python") in
*/python3) debian=python3 ;;
*) debian=python$version ;;
esac

"$python" -c 'import ensurepip, venv' 2>/dev/null || lacks "Python's venv module" "$debian-venv" python3 python3

compiler=${CC:-$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("CC") or "cc")')}
if check_compiler; then
    include=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
    printf '#include <Python.h>\nint main(void) { return 0; }\n' | compiles -I "$include" ||
        lacks "Python's headers (Python.h)" "$debian-dev" python3-devel python3
elif [ ! -e "$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" ]; then
    lacks "Python's headers (Python.h)" "$debian-dev" python3-devel python3
fi
report

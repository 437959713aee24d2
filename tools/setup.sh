#!/bin/sh
# Makes the virtual environment in $1 with the locked dependencies and the `jieli` command.
set -eu
venv=$1
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

command -v "$python" >/dev/null 2>&1 || {
    say "Jieli needs Python 3.11 or newer, and there is no '$python' here."
    exit 1
}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    say "Jieli needs Python 3.11 or newer; '$python' is $("$python" -V 2>&1). Try: make PYTHON=python3.12 …"
    exit 1
}

if [ ! -x "$venv/bin/pip" ]; then
    say "Making the virtual environment in $venv …"
    rm -rf "$venv"
    if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
        # Debian and Ubuntu split venv off into a package of its own.
        rm -rf "$venv"
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            say "Installing python$version-venv …"
            apt-get update -qq && apt-get install -y -qq "python$version-venv" >/dev/null
            "$python" -m venv "$venv"
        else
            say "Python's venv module is missing. On Debian or Ubuntu: sudo apt-get install python$version-venv"
            exit 1
        fi
    fi
fi

# uv installs the same files, checked by the same hashes, in a tenth of pip's time. It knows nothing
# of pip's settings, so it is told of an index of one's own; where it fails, pip does the work.
install_with_uv() {
    block=$(mktemp)
    awk '/^uv==/ {on = 1} on {print} on && !/\\$/ {exit}' requirements.lock >"$block"
    "$venv/bin/pip" install -q --disable-pip-version-check --no-deps --require-hashes -r "$block" || return 1
    rm -f "$block"
    index=${PIP_INDEX_URL:-$("$venv/bin/pip" config get global.index-url 2>/dev/null || true)}
    UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$index}
    if [ -n "$UV_DEFAULT_INDEX" ]; then export UV_DEFAULT_INDEX; else unset UV_DEFAULT_INDEX; fi
    "$venv/bin/uv" pip install -q --python "$venv/bin/python" --no-deps --require-hashes --compile-bytecode \
        -r requirements.lock
}

say "Installing the locked dependencies (about half a minute the first time) …"
install_with_uv || {
    say "uv did not get them; pip takes about a minute …"
    "$venv/bin/pip" install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
}
"$venv/bin/pip" install -q --disable-pip-version-check --no-deps --no-build-isolation \
    --config-settings editable_mode=compat -e .

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

say "Installing the locked dependencies (about a minute the first time) …"
"$venv/bin/pip" install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
"$venv/bin/pip" install -q --disable-pip-version-check --no-deps --no-build-isolation \
    --config-settings editable_mode=compat -e .

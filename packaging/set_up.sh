#!/bin/sh
# Makes .venv in the checkout with every dependency at the version in constraints.txt. Called by `make setup`.
# PYTHON=/path/to/python chooses the interpreter.
set -eu
cd "$(dirname "$0")/.."

usable() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null
}

find_python() {
    for python in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if usable "$python"; then
            echo "$python"
            return
        fi
    done
    cat >&2 <<'TEXT'
没有找到 Python 3.11、3.12 或 3.13。请安装其中之一（Debian 12 及以上：apt-get install python3），或用 make PYTHON=/路径/python3.11 指定。
No Python 3.11, 3.12 or 3.13 found. Install one (Debian 12 or later: apt-get install python3) or name it: make PYTHON=/path/to/python3.11
TEXT
    exit 1
}

python=$(find_python)
# Debian keeps what `python -m venv` needs in a package of its own, one for each Python.
venv_package=
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    venv_package=$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')
fi
sh packaging/system_packages.sh $venv_package

if [ -t 1 ]; then quiet=; else quiet=-qq; fi
echo "安装 Python 依赖到 .venv（首次约一两分钟）/ installing Python packages into .venv (a minute or two the first time)"
usable .venv/bin/python || "$python" -m venv --clear .venv
export PIP_DISABLE_PIP_VERSION_CHECK=1
# pip and the build back end are pinned too, and the package is built with them rather than with whatever is newest today.
.venv/bin/python -m pip install $quiet -c constraints.txt pip setuptools
.venv/bin/python -m pip install $quiet -c constraints.txt --no-build-isolation -e '.[dev]'

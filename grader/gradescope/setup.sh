#!/bin/sh
# Builds the autograder's image: a Python that is new enough, this program in an environment of its own, the key solved.
set -eu
root="${AUTOGRADER_ROOT:-/autograder}"

usable() { # a Python from 3.11 on that can make environments
    command -v "$1" >/dev/null && "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for one in "${GRADER_PYTHON:-python3}" python3.13 python3.12 python3.11; do
        if usable "$one"; then
            echo "$one"
            return
        fi
    done
}

python="$(find_python)"
if [ -z "$python" ]; then
    apt-get update
    apt-get install -y python3 python3-venv
    usable python3 || apt-get install -y python3.11 python3.11-venv
    python="$(find_python)"
fi
if [ -z "$python" ]; then
    echo "no Python from 3.11 on could be installed: choose a newer base image" >&2
    exit 1
fi

"$python" -m venv "$root/venv"
# shellcheck disable=SC2086 # several options
"$root/venv/bin/python" -m pip install --disable-pip-version-check ${GRADER_PIP_OPTIONS:-} "$root"/source/*.whl
XDG_CACHE_HOME="$root/cache" "$root/venv/bin/python" -m grader key "$root/source/rubric.yaml" >/dev/null

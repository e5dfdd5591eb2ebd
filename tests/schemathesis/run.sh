#!/usr/bin/env bash
# Tries the API of a running service against its own OpenAPI description, as each role.
set -euo pipefail
export LC_ALL=C.UTF-8

usage() {
    cat <<'HELP'
Usage: tests/schemathesis/run.sh --short|--full BINARY [OPTION…]
       tests/schemathesis/run.sh --install

Walks every operation as every role, with a token that holds there and one that does not, with none and
with one that was revoked: who may is what `x-roles` and `security` say. Then schemathesis sends what fits
the description and what does not, as each role, to demonstrations of BINARY, each of its own.

  --short    a minute: each operation once, by one of the roles that may call it; the same every time
  --full     some twenty minutes: each operation by each role, and in chains, one after the other
  --install  only what it needs, under target/tools (or CARGO_TARGET_DIR)

Options: --as WHO (once for each), --seed NUMBER, --examples NUMBER (of each operation), --events
(keeps every request and answer). What was found is said with a curl command that repeats it,
and stays in the folder that is named.

Environment: DOTATION_TEST_TRIED, the folder it works in (a new one, which is removed when nothing was found).
HELP
}

# schemathesis and all that it needs, pinned: what is sent is the same next year.
readonly PACKAGES=(schemathesis==4.32.5 anyio==4.16.0 certifi==2026.10.18 charset-normalizer==3.5.2
    click==8.5.1 graphql-core==3.3.2 harfile==0.6.0 hypothesis==6.170.15 hypothesis-graphql==0.13.5
    idna==3.20 iniconfig==2.3.1 jsonschema_rs==0.60.3 markdown-it-py==4.3.0 MarkupSafe==3.0.4 mdurl==0.1.2
    packaging==26.3 pluggy==1.7.0 Pygments==2.21.0 pyrate-limiter==4.5.1 pytest==9.2.0 PyYAML==6.0.3
    requests==2.34.2 rich==15.0.0 sortedcontainers==2.4.0 typing_extensions==4.16.0 urllib3==2.8.0
    Werkzeug==3.1.9)

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=${CARGO_TARGET_DIR:-$here/../../target}
mkdir -p "$target/tools"
venv=$(cd "$target/tools" && pwd)/schemathesis

# A Python with exactly these packages, remade when the list has changed.
install() {
    local stamp=$venv/packages
    if [[ ! -f $stamp || $(<"$stamp") != "${PACKAGES[*]}" ]]; then
        rm -rf "$venv"
        python3 -m venv "$venv"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
            --only-binary :all: "${PACKAGES[@]}"
        echo "${PACKAGES[*]}" >"$stamp"
    fi
    "$venv/bin/schemathesis" --version
}

case "${1-}" in
--install)
    install
    exit 0
    ;;
--short) how=() ;;
--full) how=(--full) ;;
--help | -h)
    usage
    exit 0
    ;;
*)
    usage >&2
    exit 2
    ;;
esac
if [[ ! -x ${2-} ]]; then
    usage >&2
    exit 2
fi
binary=$2
shift 2
install
folder=${DOTATION_TEST_TRIED-}
if [[ -z $folder ]]; then
    folder=$(mktemp -d)/tried
fi
# No cache of Python's may come to stand among the sources.
export PYTHONDONTWRITEBYTECODE=1
if ! "$venv/bin/python" "$here/drive.py" --binary "$binary" --folder "$folder" "${how[@]}" "$@"; then
    echo "tests/schemathesis: what was sent and said stands in $folder" >&2
    exit 1
fi
if [[ -z ${DOTATION_TEST_TRIED-} ]]; then
    rm -rf "$(dirname "$folder")"
fi

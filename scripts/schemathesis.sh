#!/usr/bin/env bash
# Fuzzes the REST API of a node against its own /openapi.json with schemathesis (PyPI): no 5xx, no answer outside the schema.
# Needs Python 3 with venv. `npm run build` first; the node runs on PORT (default 18077) with the embedded database.
set -euo pipefail
cd "$(dirname "$0")/.."
PORT=${PORT:-18077}
venv=$(mktemp -d)
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet 'schemathesis>=4,<5'
cat >"$venv/schemathesis.toml" <<'T'
# A well-formed id, seq or cursor may still name nothing: 400 is then the right answer. Content above 4096 bytes is 413.
[checks]
positive_data_acceptance.expected-statuses = ["2xx", 400, 403, 409, 413, 422]
negative_data_rejection.expected-statuses = [400, 403, 404, 405, 413, 415, 422]
T
# Nothing of the caller's: no other database, no other Redis.
env -i PATH="$PATH" HOME="$HOME" PORT="$PORT" LOG_LEVEL=warn node dist/main.js >"$venv/node.log" 2>&1 &
node=$!
trap 'status=$?; kill -INT $node || true; wait $node || true; [ $status = 0 ] || cat "$venv/node.log"; rm -rf "$venv"; exit $status' EXIT
for _ in $(seq 100); do curl -sf "localhost:$PORT/readyz" >/dev/null && break; sleep 0.1; done
token=$(curl -s "localhost:$PORT/demo" | python3 -c 'import json, sys; print(json.load(sys.stdin)["buyer"]["token"])')
"$venv/bin/st" --config-file "$venv/schemathesis.toml" run "http://localhost:$PORT/openapi.json" \
  -H "Authorization: Bearer $token" --max-examples 50 --no-color --output-truncate true

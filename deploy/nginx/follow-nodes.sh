#!/bin/sh
# Runs nginx, and keeps its list of nodes: those that a name stands for in DNS and whose /readyz answers 200. When the list changes,
# nginx is reloaded: the old workers take nothing new and keep their sockets until these end, so a draining node closes its own.
#
#   NODES=node:8080 follow-nodes.sh [CONFIG] [RUN]
#
# NODES        host:port, several with blanks between them; each name may have many addresses
# CONFIG       this folder (default: where the script is)
# RUN          a folder it may write to, in memory best (default: /run/parley)
# RATE_LIMITS  `off`: no limits per address, for load tests
#
# Needs getent, awk and curl, which the official image has. The script becomes nginx itself: signals are nginx's own
# (QUIT waits for sockets, TERM does not).
set -eu
config=${1:-$(dirname "$0")}
run=${2:-/run/parley}
: "${NODES:?must name the nodes, such as node:8080}"

addresses() { # of all nodes, as address:port, sorted
  for node in $NODES; do
    getent ahosts "${node%:*}" | awk -v port="${node##*:}" \
      '$2 == "STREAM" { print (index($1, ":") ? "[" $1 "]" : $1) ":" port }'
  done | sort -u
}

# Those to use. When none is ready, PostgreSQL is away: then all of them, since they can say so best.
usable() {
  all=$(addresses)
  ready=$({
    for node in $all; do
      { curl -sf -m 2 -o /dev/null "http://$node/readyz" && echo "$node"; } &
    done
    wait
  } | sort)
  echo "${ready:-$all}"
}

write() {
  for node in $1; do
    echo "server $node max_fails=1 fail_timeout=2s;"
  done >"$run/nodes.conf.new"
  mv "$run/nodes.conf.new" "$run/nodes.conf"
}

follow() { # $1: the list that nginx has
  used=$1
  last=$1
  while sleep 1 && kill -0 $$ 2>/dev/null; do
    now=$(usable)
    # Twice the same, so that a look that failed reloads nothing; never none, so that a DNS without answers takes nothing away.
    if [ -n "$now" ] && [ "$now" = "$last" ] && [ "$now" != "$used" ]; then
      write "$now"
      echo "follow-nodes: now" $now >&2
      kill -HUP $$
      used=$now
    fi
    last=$now
  done
}

mkdir -p "$run"
cp "$config"/*.conf "$run"
[ "${RATE_LIMITS:-on}" != off ] || printf '0.0.0.0/0 1;\n::/0 1;\n' >"$run/unlimited.conf"
nodes=$(usable)
while [ -z "$nodes" ]; do
  echo "follow-nodes: no node yet for $NODES" >&2
  sleep 1
  nodes=$(usable)
done
write "$nodes"
# Without it nginx would go on with an old list: then both end, and whoever runs this starts it anew.
(
  trap 'kill -QUIT $$ 2>/dev/null' EXIT
  follow "$nodes"
) &
exec nginx -p "$run" -c "$run/nginx.conf" -g 'daemon off;'

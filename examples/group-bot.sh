#!/bin/bash
# One order by lines of JSON, then what becomes of it: a trading group with nothing but a WebSocket client for the terminal.
#   GROUP_TOKEN=cg_… examples/group-bot.sh LONG BTCUSDT 50
# It takes websocat where that is installed, else the client of Python's websockets (apt-get install python3-websockets).
set -euo pipefail
action=${1:-LONG} symbol=${2:-BTCUSDT} margin=${3:-50}
server=${CONCLAVE_URL:-ws://127.0.0.1:8000}
url="${server/#http/ws}/ws/events?trading_group_token=$GROUP_TOKEN"

if command -v websocat >/dev/null; then
  coproc WS { exec websocat --text "$url"; }
elif ! "${PYTHON3:-python3}" -c 'import websockets' 2>/dev/null; then
  echo 'Neither websocat nor python3-websockets is here: apt-get install python3-websockets' >&2; exit 2
else # it draws on a terminal: only what follows its arrow is the server's
  coproc WS { "${PYTHON3:-python3}" -u -m websockets "$url" 2>&1 | sed -un -e 's/^.*\x1b\[L< //p' -e 's/^.*\(Failed to connect.*\)/\1/p' -e 's/^.*\(Connection closed.*\)/\1/p'; }
fi
out=${WS[0]} in=${WS[1]} client=$WS_PID
trap 'kill "$client" 2>/dev/null || true' EXIT
say() { printf '%s\n' "$1" >&"$in"; }
id_of() { sed -n 's/^[^[]*"id":"\([^"]*\)".*/\1/p' <<<"$1"; }

while IFS= read -r frame <&"$out"; do
  echo "$frame"
  case $frame in
    *'"message":"connected"'*)
      # the payload is JSON in a string; the same key is the same order, however often it is sent
      say '{"type":"event","event_type":"post_trade","priority":5,"targets":["trade_execution"],"title":"by hand","payload":"{\"symbol\":\"'"$symbol"'\",\"signal\":{\"action\":\"'"$action"'\",\"qty\":0,\"margin_usd\":'"$margin"'}}","condition":{"domain":"trade_decision","trace":{"correlation_id":"shell-'$$'","idempotency_key":"shell-'"$$-$EPOCHSECONDS"'"}}}' ;;
    *'"ok":false'*) exit 1 ;;
    *'"type":"event"'*)
      say '{"type":"ack","id":"'"$(id_of "$frame")"'"}'
      case $frame in *'status\":\"filled\"'*) exit 0 ;; *'status\":\"refused\"'* | *'status\":\"rejected\"'*) exit 1 ;; esac ;;
  esac
done
exit 1

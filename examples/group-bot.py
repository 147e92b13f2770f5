"""A trading group that answers each event by itself: it looks at the RSI and goes with it.

npx conclave groups create --name rsi_bot --symbol BTCUSDT     (it shows the token, once)
GROUP_TOKEN=cg_… python3 examples/group-bot.py                 (apt-get install python3-websockets, or pip install websockets)
"""
import asyncio, json, os, random, urllib.parse, urllib.request
import websockets

SERVER = os.environ.get("CONCLAVE_URL", "ws://127.0.0.1:8000").replace("http", "ws", 1)  # as the CLI's, which takes both


def decide(symbol):
    with urllib.request.urlopen(SERVER.replace("ws", "http", 1) + "/api/market/indicators?limit=1&symbol=" + urllib.parse.quote(symbol, safe="")) as answer:
        rsi = json.load(answer)["items"][0]["rsi14"]
    return rsi and {"action": "LONG" if rsi > 50 else "SHORT", "qty": 0.0, "margin_usd": 50.0, "confidence": 0.6}  # None before it is warm


async def main():
    while True:
        try:
            async with websockets.connect(f"{SERVER}/ws/events?trading_group_token={os.environ['GROUP_TOKEN']}") as ws:
                symbol = json.loads(await ws.recv())["config"]["symbol"]
                async for text in ws:
                    frame = json.loads(text)
                    print(frame.get("event_type", frame["type"]), frame.get("title") or text, frame.get("payload", ""), flush=True)
                    signal = frame.get("event_type") == "immediate" and await asyncio.get_running_loop().run_in_executor(None, decide, symbol)
                    if signal:
                        trace = {"correlation_id": frame["id"], "idempotency_key": "rsi:" + frame["id"]}  # one order an event, whatever breaks
                        await ws.send(json.dumps({"type": "event", "event_type": "post_trade", "targets": ["trade_execution"], "title": "RSI",
                            "payload": json.dumps({"symbol": symbol, "signal": signal}), "condition": {"domain": "trade_decision", "trace": trace}}))
                    if frame["type"] == "event":
                        await ws.send(json.dumps({"type": "ack", "id": frame["id"]}))
        except (OSError, KeyError, websockets.ConnectionClosed) as error:
            print("closed", error, flush=True)
            if getattr(error, "code", None) == 1008:  # the token is not valid, or is in use elsewhere
                return
        await asyncio.sleep(1 + random.random() * 2)
asyncio.run(main())

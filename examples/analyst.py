"""A remote analyst in thirty lines: it buys when the last close is near the high of 20 bars, and sells near the low.

npx conclave token analyst --name "Range of twenty" --owner me
ANALYST_TOKEN=ca_… python3 examples/analyst.py      (apt-get install python3-websockets, or pip install websockets)
"""
import asyncio, json, os, random
import websockets

SERVER = os.environ.get("CONCLAVE_URL", "ws://127.0.0.1:8000")


def opinion(view):
    candles = view["candles"][-20:]
    if len(candles) < 20:
        return {"signal": "ABSTAIN", "confidence": 0, "reasoning": "Fewer than 20 candles."}
    low, high = min(c[3] for c in candles), max(c[2] for c in candles)
    place = 0.5 if high == low else (view["price"] - low) / (high - low)
    signal = "BUY" if place > 0.7 else "SELL" if place < 0.3 else "HOLD"
    return {"signal": signal, "confidence": min(1.0, max(0.0, 0.5 + abs(place - 0.5))), "reasoning": f"At {place:.0%} of the range {low} to {high}."}


async def main():
    while True:
        try:
            async with websockets.connect(f"{SERVER}/ws/analysts?analyst_token={os.environ['ANALYST_TOKEN']}") as ws:
                async for text in ws:
                    frame = json.loads(text)
                    if frame["type"] == "analysis_request":
                        run_id, view = frame["data"]["run_id"], frame["data"]["view"]
                        await ws.send(json.dumps({"type": "opinion", "data": {"run_id": run_id, **opinion(view)}}))
                    else:
                        print(frame["type"], frame.get("message", ""), json.dumps(frame.get("data")), flush=True)
        except (OSError, websockets.ConnectionClosed) as error:
            print("closed", error, flush=True)
            if getattr(error, "code", None) == 1008:  # the token is not valid, or is in use elsewhere
                return
        await asyncio.sleep(1 + random.random() * 2)


asyncio.run(main())

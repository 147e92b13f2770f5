const TEXT = 0x81;
const BINARY = 0x82;

/** An unmasked, final WebSocket text frame (RFC 6455, 5.2), header and payload in one buffer. */
export function textFrame(text: string): Buffer {
  const { frame, head } = emptyFrame(TEXT, Buffer.byteLength(text));
  frame.write(text, head);
  return frame;
}

/** The same with bytes in it. */
export function binaryFrame(payload: Uint8Array): Buffer {
  return frameOf(BINARY, payload);
}

/** `first`: FIN, the reserved bits and the opcode. */
export function frameOf(first: number, payload: Uint8Array): Buffer {
  const { frame, head } = emptyFrame(first, payload.length);
  frame.set(payload, head);
  return frame;
}

/** The payload of a frame that was made here. */
export function payloadOf(frame: Buffer): Buffer {
  const length = frame[1]!;
  return frame.subarray(length < 126 ? 2 : length === 126 ? 4 : 10);
}

function emptyFrame(first: number, length: number): { frame: Buffer; head: number } {
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafeSlow(head + length);
  frame[0] = first;
  if (head === 2) frame[1] = length;
  else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  return { frame, head };
}

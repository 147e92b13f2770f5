/** A port of 127.0.0.1 that nobody listens on, for servers that cannot choose one themselves. */
export function freePort(): Promise<number>;

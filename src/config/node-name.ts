import { hostname } from 'node:os';

/** What this process is called where people read it: host and process. */
export const nodeName = (): string => `${hostname()}:${process.pid}`;

// The built server with the configuration of another folder: node start-with-root.mjs <folder>
import { pino } from 'pino';
import { startApp } from '../../dist/app.js';
import { loadConfig } from '../../dist/config/load.js';

const { url, stop } = await startApp(loadConfig({ env: process.env, root: process.argv[2] }), pino({ level: process.env.LOG_LEVEL }));
console.log(`URL ${url}`);
process.once('SIGTERM', () => void stop().then(() => process.exit(0)));

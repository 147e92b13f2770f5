import { aiLogsRoute } from './ai-logs/ai-logs.route.js';
import { analystsRoute } from './analysts/analysts.route.js';
import { operationsRoute } from './operations/operations.route.js';
import { signalRoute } from './signals/signal.route.js';
import { groupRoute, groupsRoute, traceRoute } from './groups/groups.route.js';
import { symbolRoute } from './symbol/symbol.route.js';
import { tradingRoute } from './trading/trading.route.js';
import { watchRoute } from './watch/watch.route.js';

/**
 * Every page, in the order of the navigation. A new page adds one line here; where its path begins with a new segment, the
 * server must know it too (PAGES in src/gateway/http/dashboard-page.ts).
 */
export const pages = [
  watchRoute,
  symbolRoute,
  signalRoute,
  analystsRoute,
  tradingRoute,
  groupsRoute,
  groupRoute,
  traceRoute,
  aiLogsRoute,
  operationsRoute,
] as const;

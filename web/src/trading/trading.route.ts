import { createRoute } from '@tanstack/react-router';
import { latePage } from '../late.js';
import { rootRoute } from '../root.js';
import { WaitingBadge } from './waiting-badge.js';

const tradingFrame = createRoute({
  getParentRoute: () => rootRoute,
  path: '/trading',
  staticData: { nav: 'Trading', badge: WaitingBadge, title: 'Trading' },
  component: latePage(() => import('./trading-layout.js'), 'TradingLayout'),
});

const under = 'Trading';
const getParentRoute = () => tradingFrame;

/** Everything below `/trading`. */
export const tradingRoute = tradingFrame.addChildren([
  createRoute({ getParentRoute, path: '/', staticData: { under, title: 'Trading' }, component: latePage(() => import('./overview/overview-page.js'), 'OverviewPage') }),
  createRoute({ getParentRoute, path: 'approvals', staticData: { under, title: 'Approvals' }, component: latePage(() => import('./approvals/approvals-page.js'), 'ApprovalsPage') }),
  createRoute({ getParentRoute, path: 'agents', staticData: { under, title: 'Agents' }, component: latePage(() => import('./agents/agents-page.js'), 'AgentsPage') }),
  createRoute({ getParentRoute, path: 'agents/$agentId', staticData: { under, title: 'Agent' }, component: latePage(() => import('./agents/agent-page.js'), 'AgentPage') }),
  createRoute({ getParentRoute, path: 'assets', staticData: { under, title: 'Assets' }, component: latePage(() => import('./assets/assets-page.js'), 'AssetsPage') }),
  createRoute({ getParentRoute, path: 'assets/$symbol', staticData: { under, title: 'Asset' }, component: latePage(() => import('./assets/asset-page.js'), 'AssetPage') }),
  createRoute({ getParentRoute, path: 'orders', staticData: { under, title: 'Orders' }, component: latePage(() => import('./orders/orders-page.js'), 'OrdersPage') }),
  createRoute({ getParentRoute, path: 'decisions', staticData: { under, title: 'Decisions' }, component: latePage(() => import('./orders/decisions-page.js'), 'DecisionsPage') }),
]);

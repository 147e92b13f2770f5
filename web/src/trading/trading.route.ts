import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root.js';
import { WaitingBadge } from './waiting-badge.js';

const tradingFrame = createRoute({
  getParentRoute: () => rootRoute,
  path: '/trading',
  staticData: { nav: 'Trading', badge: WaitingBadge, title: 'Trading' },
  component: lazyRouteComponent(() => import('./trading-layout.js'), 'TradingLayout'),
});

const under = 'Trading';
const getParentRoute = () => tradingFrame;

/** Everything below `/trading`. */
export const tradingRoute = tradingFrame.addChildren([
  createRoute({ getParentRoute, path: '/', staticData: { under, title: 'Trading' }, component: lazyRouteComponent(() => import('./overview/overview-page.js'), 'OverviewPage') }),
  createRoute({ getParentRoute, path: 'approvals', staticData: { under, title: 'Approvals' }, component: lazyRouteComponent(() => import('./approvals/approvals-page.js'), 'ApprovalsPage') }),
  createRoute({ getParentRoute, path: 'agents', staticData: { under, title: 'Agents' }, component: lazyRouteComponent(() => import('./agents/agents-page.js'), 'AgentsPage') }),
  createRoute({ getParentRoute, path: 'agents/$agentId', staticData: { under, title: 'Agent' }, component: lazyRouteComponent(() => import('./agents/agent-page.js'), 'AgentPage') }),
  createRoute({ getParentRoute, path: 'assets', staticData: { under, title: 'Assets' }, component: lazyRouteComponent(() => import('./assets/assets-page.js'), 'AssetsPage') }),
  createRoute({ getParentRoute, path: 'assets/$symbol', staticData: { under, title: 'Asset' }, component: lazyRouteComponent(() => import('./assets/asset-page.js'), 'AssetPage') }),
  createRoute({ getParentRoute, path: 'orders', staticData: { under, title: 'Orders' }, component: lazyRouteComponent(() => import('./orders/orders-page.js'), 'OrdersPage') }),
  createRoute({ getParentRoute, path: 'decisions', staticData: { under, title: 'Decisions' }, component: lazyRouteComponent(() => import('./orders/decisions-page.js'), 'DecisionsPage') }),
]);

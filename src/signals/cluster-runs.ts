import type { Market } from '../market/market.js';
import { FEED_LEASE } from '../market/feeds/cluster-feed.js';
import type { Cluster } from '../storage/cluster.module.js';
import { isUnavailable } from '../storage/unavailable.js';
import type { ClusterRunsNeeds } from './runs.cluster.js';
import type { Runs } from './runs.js';
import type { SharedRunStore } from './shared-run-store.js';

interface Rest extends Pick<ClusterRunsNeeds, 'work' | 'giveUp' | 'onFault' | 'performs'> {
  readonly market: Market;
}

/** The runs of a node among several; what only they need is loaded here. */
export async function clusterRuns({ redis, prefix, channels }: Cluster, store: SharedRunStore, { market, ...rest }: Rest): Promise<Runs> {
  const [{ ClusterRuns }, { BullmqRunQueue }, { RunEnds }] =
    await Promise.all([import('./runs.cluster.js'), import('./run-queue.bullmq.js'), import('./run-ends.js')]);
  const onError = (error: unknown): void => rest.onFault(new Error('the queue of runs', { cause: error }));
  return new ClusterRuns({
    ...rest, store, isUnavailable,
    queue: new BullmqRunQueue(redis, prefix, onError),
    ends: new RunEnds({ channels, look: (runIds) => store.ends(runIds), onError }),
    marketTime: (symbol) => market.lastTimeOf(symbol),
    lease: FEED_LEASE,
  });
}

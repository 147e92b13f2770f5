import type { Config } from '../../config/config.js';
import type { Log } from '../../config/logger.js';
import type { Feed } from './feed.js';
import { ReplayFeed } from './replay.js';
import { SimulatedFeed } from './simulated.js';
import { WebSocketFeed } from './websocket.js';

/** The feed that the configuration names. */
export function feedFrom({ feed, instruments }: Config, log: Log): Feed {
  switch (feed.kind) {
    case 'simulated':
      return new SimulatedFeed({ instruments, seed: feed.simSeed, tickMs: feed.simTickMs });
    case 'replay':
      return new ReplayFeed({
        instruments,
        files: feed.replayFiles,
        loop: feed.replayLoop,
        speed: feed.replaySpeed,
        onBadRow: (bad) => log.warn(bad, 'A row of a replayed file was skipped'),
        onError: (error) => log.error({ err: error }, 'The replay has stopped'),
      });
    case 'ws':
      return new WebSocketFeed({
        instruments,
        url: feed.url!,
        onUnusable: (unusable) => log.warn(unusable, 'Something in the outside stream was of no use'),
        onLine: ({ connected, ...line }) => (connected ? log.info('The outside stream is connected') : log.warn(line, 'The outside stream is not connected; it is tried again')),
      });
  }
}

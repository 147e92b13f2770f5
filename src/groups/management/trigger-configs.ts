import type { TriggerKind } from '../../model/wire/groups.js';
import type { Flaw } from '../answer.js';

/** Who runs triggers: rows were written, on this node. */
export abstract class TriggersChanged {
  abstract changed(): void;
}

/** What each kind of trigger may be told. */
export abstract class TriggerConfigs {
  /** With defaults, to be stored; each flaw with its path, `config.…`. A configuration that was checked passes again as it is. */
  abstract check(kind: TriggerKind, config: unknown): { readonly config: object; readonly flaws: readonly Flaw[] };
}

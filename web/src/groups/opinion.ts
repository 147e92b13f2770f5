/** An opinion or a decision, read out of what a group's program wrote: it may write what it likes. */
export interface Said {
  /** Who: a name, or a role. */
  readonly name: string;
  readonly role: string | null;
  /** BUY, SELL, LONG, SHORT, CLOSE, NO_TRADE, …; null where there is none. */
  readonly stance: string | null;
  /** 0 to 1 */
  readonly confidence: number | null;
  readonly reasons: readonly string[];
  readonly veto: boolean;
  readonly target: number | null;
  readonly stop: number | null;
  /** Rules, or which model. */
  readonly source: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

const text = (fields: Fields, ...names: string[]): string | null => {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  return null;
};

const number = (fields: Fields, ...names: string[]): number | null => {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
  }
  return null;
};

function reasonsOf(fields: Fields): readonly string[] {
  for (const name of ['reasoning', 'reasons', 'reason', 'rationale', 'analysis', 'text', 'message']) {
    const value = fields[name];
    if (typeof value === 'string' && value.trim() !== '') return [value];
    if (Array.isArray(value)) {
      const said = value.filter((each): each is string => typeof each === 'string' && each.trim() !== '');
      if (said.length > 0) return said;
    }
  }
  return [];
}

const STANCE = /^[A-Z_]{1,20}$/i;

/** Forgiving: names differ from program to program. */
export function saidOf(fields: Fields): Said {
  const opinion = text(fields, 'signal', 'action', 'stance', 'vote', 'opinion', 'decision');
  const stance = opinion !== null && STANCE.test(opinion) ? opinion.toUpperCase() : null;
  const reasons = reasonsOf(fields);
  const confidence = number(fields, 'confidence');
  return {
    name: text(fields, 'name', 'member_name', 'role', 'member_id') ?? 'Member', role: text(fields, 'role'), stance,
    confidence: confidence !== null && confidence >= 0 && confidence <= 1 ? confidence : null,
    reasons: opinion !== null && stance === null ? [opinion, ...reasons] : reasons, veto: fields['veto'] === true,
    target: number(fields, 'target_price', 'target', 'take_profit'), stop: number(fields, 'stop_loss', 'stop'), source: text(fields, 'source', 'model'),
  };
}

/** `technical_analyst` as words. */
export const roleWords = (role: string): string => role.replaceAll('_', ' ');

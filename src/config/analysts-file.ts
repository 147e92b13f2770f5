import type { SeatConfig } from './config.js';
import type { Fields } from './fields.js';
import type { Findings } from './findings.js';
import { yamlFile } from './yaml-file.js';

const ANALYSTS_FILE = 'config/analysts.yaml';
const EXAMPLE = '{id: trend, name: TrendAnalyst, kind: rule, rule: trend, weight: 1}';
const ID = /^[a-z0-9][a-z0-9_.-]{0,39}$/;

/** `config/analysts.yaml`: who sits on the panel. Whether a rule exists is known to `analysts/`, not here. */
export function analystsFile(root: string, findings: Findings): readonly SeatConfig[] {
  const file = yamlFile(root, ANALYSTS_FILE, findings);
  if (!file) return [];
  const taken = new Set<string>();
  const seats = file.objects('analysts', EXAMPLE).flatMap((fields) => seatOf(fields, taken) ?? []);
  file.noOthers();
  return seats;
}

function seatOf(fields: Fields, taken: Set<string>): SeatConfig | null {
  const id = fields.text('id');
  if (id !== undefined && !ID.test(id)) fields.problem('id', `is ${id}: use up to 40 of a-z 0-9 _ . -, a letter or digit first`);
  if (id !== undefined && taken.has(id)) fields.problem('id', `${id} is taken: give each analyst an id of its own`);
  if (id !== undefined) taken.add(id);
  const name = fields.text('name');
  const kind = fields.text('kind');
  if (kind !== undefined && kind !== 'rule') fields.problem('kind', `${kind} is not in this version: use rule`);
  const rule = kind === 'rule' || kind === undefined ? fields.text('rule') : undefined;
  const weight = fields.number('weight', '0 (on trial) or 0.001 to 1000', (value) => value === 0 || (value >= 0.001 && value <= 1000));
  if (kind === 'rule') fields.noOthers();
  if (id === undefined || name === undefined || kind !== 'rule' || rule === undefined || weight === undefined) return null;
  return { id, name, kind, rule, weight };
}

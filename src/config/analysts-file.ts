import { callConfig, modelsConfig, type ModelsRead } from './models.js';
import { MODEL_ROLES, type EmptySeat, type ModelsConfig, type NewsConfig, type SeatConfig } from './config.js';
import type { Fields } from './fields.js';
import type { Findings } from './findings.js';
import { NEWS_FILE } from './news-file.js';
import type { Variables } from './variables.js';
import { yamlFile } from './yaml-file.js';

const ANALYSTS_FILE = 'config/analysts.yaml';
const EXAMPLE = '{id: trend, name: TrendAnalyst, kind: rule, rule: trend, weight: 1}';
const ID = /^[a-z0-9][a-z0-9_.-]{0,39}$/;

export interface PanelFile {
  readonly seats: readonly SeatConfig[];
  readonly empty: readonly EmptySeat[];
  readonly models: ModelsConfig;
  /** For others that ask models. */
  readonly read: ModelsRead;
  readonly earlyStop: boolean;
}

/** `config/analysts.yaml`: who sits on the panel, and which models there are. Whether a rule exists is known to `analysts/`, not here. */
export function analystsFile(root: string, variables: Variables, news: NewsConfig, findings: Findings): PanelFile {
  const file = yamlFile(root, ANALYSTS_FILE, findings);
  const models = modelsConfig(root, file, variables, findings);
  if (!file) return { seats: [], empty: [], models: models.config, read: models, earlyStop: false };
  const taken = new Set<string>();
  const read = seatsOf(file).map((fields) => seatOf(fields, taken, models, news));
  const earlyStop = file.has('early_stop') && file.choice('early_stop', [true, false]) === true;
  file.noOthers();
  const seats = read.filter((seat): seat is SeatConfig => seat !== null && !('why' in seat));
  const empty = read.filter((seat): seat is EmptySeat => seat !== null && 'why' in seat);
  const debating = models.config.debate && seats.some(({ kind }) => kind === 'model');
  return { seats, empty, models: debating ? models.config : { ...models.config, debate: null }, read: models, earlyStop };
}

/** An empty list is a panel of remote analysts alone. */
const seatsOf = (file: Fields): Fields[] => ((file.list('analysts')?.length ?? 0) === 0 ? [] : file.objects('analysts', EXAMPLE));

function seatOf(fields: Fields, taken: Set<string>, models: ModelsRead, news: NewsConfig): SeatConfig | EmptySeat | null {
  const id = fields.text('id');
  if (id !== undefined && !ID.test(id)) fields.problem('id', `is ${id}: use up to 40 of a-z 0-9 _ . -, a letter or digit first`);
  if (id !== undefined && taken.has(id)) fields.problem('id', `${id} is taken: give each analyst an id of its own`);
  if (id !== undefined) taken.add(id);
  const name = fields.text('name');
  const kind = fields.choice('kind', ['rule', 'model']);
  const weight = fields.number('weight', '0 (on trial) or 0.001 to 1000', (value) => value === 0 || (value >= 0.001 && value <= 1000));
  if (kind === 'model') {
    const role = fields.choice('role', MODEL_ROLES);
    const call = callConfig(fields, models, role);
    fields.noOthers();
    if (id === undefined || name === undefined || role === undefined || weight === undefined || call === null) return null;
    if ('why' in call) return { id, name, kind, why: call.why };
    return { id, name, kind, role, weight, ...call };
  }
  if (kind !== 'rule') return null;
  const rule = fields.text('rule');
  const needsNews = fields.has('needs') && fields.choice('needs', ['news']) === 'news';
  fields.noOthers();
  if (id === undefined || name === undefined || rule === undefined || weight === undefined) return null;
  if (needsNews && news.feeds.length === 0) return { id, name, kind, why: `${NEWS_FILE} names no feeds` };
  return { id, name, kind, rule, weight };
}

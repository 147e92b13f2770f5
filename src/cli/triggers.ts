import type { ListedTrigger } from '../client/index.js';
import { inColumns, type Column } from './columns.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import type { GroupOptions } from './groups.js';
import { pages, rest } from './rest.js';
import { complain, say, type Terminal } from './terminal.js';
import { clean, EMPTY, type Paint } from './text.js';
import { answered } from './token.js';

export interface TriggerListOptions extends GroupOptions {
  readonly kind?: string;
}
interface TriggerOptions extends GroupOptions {
  readonly name?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Beside `config`: groups that its events are for. */
  readonly target?: readonly string[];
}
export interface NewTriggerOptions extends TriggerOptions {
  readonly kind: string;
  readonly disabled: boolean;
}
export interface TriggerPatchOptions extends TriggerOptions {
  readonly enable: boolean;
  readonly disable: boolean;
}

/** What it is let in by, of those that are. */
interface Credentials {
  readonly token?: string;
  readonly secret?: string;
}

const PATH = '/api/triggers';
const pathOf = (trigger: string): string => `${PATH}/${encodeURIComponent(trigger)}`;
const stateOf = ({ enabled, connected, last_error: error }: ListedTrigger): string => (!enabled ? 'off' : error ? `failed: ${error}` : connected === null ? 'on' : connected ? 'connected' : 'away');
const COLUMNS: readonly Column<ListedTrigger>[] = [
  ['TRIGGER', ({ name }) => name], ['KIND', ({ kind }) => kind], ['TARGETS', ({ config }) => (Array.isArray(config['targets']) && config['targets'].length > 0 ? config['targets'].join(', ') : EMPTY), 40],
  ['STATE', stateOf], ['LAST EVENT', ({ last_event_at: at }) => at ?? EMPTY], ['ID', ({ trigger_id: id }) => id],
];

export const listTriggers = (options: TriggerListOptions, terminal: Terminal, paint: Paint): Promise<ExitCode> => answered(terminal, async () => {
  const triggers = await pages<ListedTrigger>(options, PATH, { kind: options.kind });
  if (options.json) for (const trigger of triggers) say(terminal, JSON.stringify(trigger));
  else if (triggers.length === 0) say(terminal, 'There is no trigger: npx conclave triggers create --name … --kind …');
  else for (const line of inColumns(COLUMNS, triggers, paint)) say(terminal, line);
});

export const showTrigger = (trigger: string, options: GroupOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  print(await rest(options, 'GET', pathOf(trigger)), options, terminal);
});

export const createTrigger = (options: NewTriggerOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  const { name, kind, disabled } = options;
  const made = await rest(options, 'POST', PATH, { name, kind, config: configOf(options) ?? {}, enabled: !disabled }) as ListedTrigger & Credentials;
  if (options.json) return say(terminal, JSON.stringify(made));
  say(terminal, clean(`${made.name} is a trigger now, of kind ${made.kind}${made.enabled ? '' : ', off'}.`));
  sayCredentials(made, terminal);
});

export function updateTrigger(trigger: string, options: TriggerPatchOptions, terminal: Terminal): Promise<ExitCode> {
  const config = configOf(options);
  if (options.enable && options.disable) return wrong('--enable and --disable exclude each other', terminal);
  const enabled = options.enable ? true : options.disable ? false : undefined;
  if (options.name === undefined && enabled === undefined && config === undefined) return wrong('name what to change: --name, --config, --config-file, --enable or --disable', terminal);
  return answered(terminal, async () => {
    // targets alone change nothing else of it
    const before = options.target && !options.config ? (await rest(options, 'GET', pathOf(trigger)) as ListedTrigger).config : {};
    print(await rest(options, 'PATCH', pathOf(trigger), { name: options.name, enabled, ...(config && { config: { ...before, ...config } }) }), options, terminal);
  });
}

export const deleteTrigger = (trigger: string, options: GroupOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  await rest(options, 'DELETE', pathOf(trigger));
  if (!options.json) say(terminal, `${clean(trigger)} is deleted, and its token dead; its events stay`);
});

export const triggerToken = (trigger: string, options: GroupOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  const made = await rest(options, 'POST', `${pathOf(trigger)}/token`) as Pick<ListedTrigger, 'name'> & Credentials;
  if (options.json) return say(terminal, JSON.stringify(made));
  say(terminal, `What ${clean(made.name)} was let in by is dead.`);
  sayCredentials(made, terminal);
});

const configOf = ({ config, target }: TriggerOptions): Record<string, unknown> | undefined => (config || target ? { ...config, ...(target && { targets: target }) } : undefined);

function sayCredentials({ name, token, secret }: Pick<ListedTrigger, 'name'> & Credentials, terminal: Terminal): void {
  if (token !== undefined) {
    say(terminal, 'Its token is not shown again:');
    say(terminal, token);
    say(terminal, 'Connect to /ws/events?trigger_token=… and send events with the names of groups in `targets`.');
  } else if (secret !== undefined) {
    say(terminal, 'Its secret is not shown again:');
    say(terminal, secret);
    say(terminal, clean(`POST to /api/hooks/${name} with X-Conclave-Timestamp and X-Conclave-Signature: sha256=<hex HMAC-SHA256 of "<timestamp>.<body>">.`));
  }
}

function print(answer: unknown, { json }: GroupOptions, terminal: Terminal): void {
  if (json) return say(terminal, JSON.stringify(answer));
  const trigger = answer as ListedTrigger;
  say(terminal, clean(`${trigger.name}  ${trigger.kind}, ${stateOf(trigger)}`));
  say(terminal, clean(`  id      ${trigger.trigger_id}`));
  say(terminal, clean(`  config  ${JSON.stringify(trigger.config)}`));
  say(terminal, clean(`  last    ${trigger.last_event_at ?? 'no event yet'}`));
}

function wrong(message: string, terminal: Terminal): Promise<ExitCode> {
  complain(terminal, message);
  return Promise.resolve(EXIT.usage);
}

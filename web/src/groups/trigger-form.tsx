import { useMutation, useQuery } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { queryClient, send } from '../api.js';
import { symbolsQuery } from '../market.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { Field, Select } from '../ui/field.js';
import { ErrorNote } from '../ui/states.js';
import { flawsOf, type Flaws } from './flaws.js';
import { groupsQuery, triggersQuery } from './queries.js';
import { KINDS, type Trigger, type TriggerKind } from './shapes.js';
import { COMMON_FIELDS, configOf, KIND_FIELDS, KIND_WORDS, typedOf, type ConfigField } from './trigger-fields.js';

export interface MadeTrigger extends Trigger {
  readonly token?: string;
  readonly secret?: string;
}

interface Props {
  /** The trigger that is changed; without it one is made. */
  readonly trigger?: Trigger;
  /** Names of groups that a new one tells. */
  readonly targets?: readonly string[];
  readonly symbol?: string;
  readonly onClose: () => void;
  readonly onMade?: (made: MadeTrigger) => void;
}

function OneField({ field, value, at, list }: { readonly field: ConfigField; readonly value: string; readonly at: Flaws['at']; readonly list: string }) {
  const { name, label, as, hint, placeholder, symbols } = field;
  const error = at(`config.${name}`);
  if (as === 'flag') {
    return (
      <label className="flex items-center gap-2 self-end py-1.5 sm:col-span-2"><input type="checkbox" name={name} defaultChecked={value === 'on'} className="size-4 accent-accent" />{label}</label>
    );
  }
  if (typeof as !== 'string') {
    return <Select label={label} name={name} defaultValue={value === '' ? as[0] : value} error={error} hint={hint}>{as.map((word) => <option key={word} value={word}>{word === '' ? 'any' : word.replace('_', ' ')}</option>)}</Select>;
  }
  return <Field label={label} name={name} defaultValue={value} error={error} hint={hint} placeholder={placeholder} autoComplete="off" inputMode={as === 'number' ? 'decimal' : undefined} {...(symbols && { list })} />;
}

/** What is stored and not asked for here, such as a schedule's payload: a change gives the whole configuration. */
const unasked = (trigger: Trigger | undefined, fields: readonly ConfigField[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(trigger?.config ?? {}).filter(([name, value]) => value !== null && !fields.some((field) => field.name.split('.')[0] === name)));

/** Makes a trigger, or changes one: the fields that its kind has, and what the API says of each. */
export function TriggerForm({ trigger, targets = [], symbol, onClose, onMade }: Props) {
  const id = useId();
  const [kind, setKind] = useState<TriggerKind>(trigger?.kind ?? 'price_move');
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: symbols } = useQuery(symbolsQuery);
  const fields = [...KIND_FIELDS[kind], ...COMMON_FIELDS];
  const saving = useMutation({
    mutationFn: (body: object) => (trigger ? send<MadeTrigger>('PATCH', `/api/triggers/${trigger.trigger_id}`, body) : send<MadeTrigger>('POST', '/api/triggers', body)),
    onSuccess: (saved) => {
      void queryClient.invalidateQueries({ queryKey: triggersQuery.queryKey });
      onMade?.(saved);
      onClose();
    },
  });
  const { at, rest } = flawsOf(saving.error);
  const other = rest(['name', 'kind', 'config.targets', ...fields.map(({ name }) => `config.${name}`)]);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const config = { ...unasked(trigger, fields), ...configOf(fields, (name) => String(form.get(name) ?? '')), targets: form.getAll('targets') };
    saving.mutate({ name: String(form.get('trigger_name')).trim(), ...(trigger ? {} : { kind }), config });
  };
  const known = [...new Set([...groups.map(({ name }) => name), ...(trigger?.config.targets ?? []), ...targets])];
  const chosen = new Set(trigger?.config.targets ?? targets);
  const given: Readonly<Record<string, unknown>> = trigger?.config ?? { ...(symbol !== undefined && { symbol, symbols: [symbol] }) };
  const targetsFlaw = at('config.targets');
  return (
    <Dialog title={trigger ? `Change ${trigger.name}` : 'New trigger'} onClose={onClose} actions={<Button type="submit" form={id} look="primary" busy={saving.isPending}>{trigger ? 'Save' : 'Make the trigger'}</Button>}>
      <form id={id} noValidate onSubmit={submit} className="space-y-3">
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Name" name="trigger_name" autoFocus autoComplete="off" defaultValue={trigger?.name} error={at('name')} hint="The source that its events name" />
          <Select label="Kind" value={kind} disabled={trigger !== undefined} onChange={(event) => setKind(event.target.value as TriggerKind)} error={at('kind')} hint={KIND_WORDS[kind].says}>
            {KINDS.map((each) => <option key={each} value={each}>{KIND_WORDS[each].label}</option>)}
          </Select>
          {fields.map((field) => <OneField key={`${kind} ${field.name}`} field={field} value={typedOf(given, field)} at={at} list={`${id}-symbols`} />)}
        </div>
        <fieldset>
          <legend className="mb-0.5 text-xs font-medium text-muted">Groups that it tells</legend>
          {known.length === 0 && <p className="text-muted">There is no group yet.</p>}
          <div className="flex max-h-36 flex-wrap gap-x-4 gap-y-1 overflow-y-auto">
            {known.map((name) => <label key={name} className="flex items-center gap-1.5 py-0.5"><input type="checkbox" name="targets" value={name} defaultChecked={chosen.has(name)} className="size-4 accent-accent" />{name}</label>)}
          </div>
          {targetsFlaw !== undefined && <p className="mt-0.5 text-xs text-sell">{targetsFlaw}</p>}
        </fieldset>
        <datalist id={`${id}-symbols`}>{symbols?.map(({ symbol: name }) => <option key={name} value={name} />)}</datalist>
        {other && <ErrorNote error={other} />}
      </form>
    </Dialog>
  );
}

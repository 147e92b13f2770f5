import { useMutation, useQuery } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { send } from '../api.js';
import { symbolsQuery } from '../market.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { Field, Select } from '../ui/field.js';
import { ErrorNote } from '../ui/states.js';
import { flawsOf } from './flaws.js';
import { accountsQuery, groupsChanged } from './queries.js';
import type { Group } from './shapes.js';

const FIELDS = ['name', 'symbol', 'interval', 'leverage', 'margin_usd', 'position_mode', 'account_id', 'market', 'account'];
const INTERVALS = ['1m', '5m', '15m', '1h', '4h', '1d'];

interface Props {
  /** The group that is changed; without it one is made. */
  readonly group?: Group;
  readonly onClose: () => void;
  readonly onMade?: (made: { readonly name: string; readonly token: string }) => void;
}

/** What is no number goes as it is: the API says so at its field. */
const numberOr = (text: string): number | string => (Number.isFinite(Number(text)) ? Number(text) : text);

/** What was typed, as the API takes it; empty is left out. */
function bodyOf(form: FormData): Record<string, unknown> {
  const text = (name: string): string => String(form.get(name) ?? '').trim();
  const number = (name: string): number | string | undefined => (text(name) === '' ? undefined : numberOr(text(name)));
  const balance = number('balance');
  return Object.fromEntries(Object.entries({
    name: text('name'), symbol: text('symbol'), market: text('market'), interval: text('interval'), leverage: number('leverage'), margin_usd: number('margin_usd'),
    position_mode: text('position_mode'), account_id: text('account_id'), account: text('account_id') === '' && balance !== undefined ? { balance } : undefined,
  }).filter(([name, value]) => value !== undefined && (value !== '' || name === 'name' || name === 'symbol')));
}

/** Makes a group, or changes one; what the API refuses is said at its field. */
export function GroupForm({ group, onClose, onMade }: Props) {
  const id = useId();
  const { data: symbols } = useQuery(symbolsQuery);
  const { data: accounts } = useQuery(accountsQuery);
  const [account, setAccount] = useState(group?.account_id ?? '');
  const saving = useMutation({
    mutationFn: (body: object) => send<Group & { readonly token?: string }>(group ? 'PATCH' : 'POST', group ? `/api/groups/${group.group_id}` : '/api/groups', body),
    onSuccess: (saved) => {
      groupsChanged();
      if (saved.token !== undefined) onMade?.({ name: saved.name, token: saved.token });
      else onClose();
    },
  });
  const { at, rest } = flawsOf(saving.error);
  const other = rest(FIELDS);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    saving.mutate(bodyOf(new FormData(event.currentTarget)));
  };
  return (
    <Dialog title={group ? `Change ${group.name}` : 'New trading group'} onClose={onClose} actions={<Button type="submit" form={id} look="primary" busy={saving.isPending}>{group ? 'Save' : 'Make the group'}</Button>}>
      <form id={id} noValidate onSubmit={submit} className="space-y-3">
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Name" name="name" autoFocus autoComplete="off" defaultValue={group?.name} error={at('name')} hint="Triggers name groups by it" />
          <Field label="Symbol" name="symbol" list={`${id}-symbols`} autoComplete="off" defaultValue={group?.symbol} error={at('symbol')} hint="Any spelling the feed knows" />
          <Select label="Interval" name="interval" defaultValue={group?.interval ?? '15m'} error={at('interval')} hint="Of the candles it looks at">
            {INTERVALS.map((interval) => <option key={interval}>{interval}</option>)}
          </Select>
          <Select label="Positions" name="position_mode" defaultValue={group?.position_mode ?? 'oneway'} error={at('position_mode')} hint="Hedge on perpetual accounts only">
            <option value="oneway">One way</option>
            <option value="hedge">Hedge: a long and a short leg</option>
          </Select>
          <Field label="Leverage" name="leverage" inputMode="numeric" defaultValue={group?.leverage ?? 1} error={at('leverage')} className="tabular-nums" hint="What is bought is margin times this" />
          <Field label="Margin of a trade" name="margin_usd" inputMode="decimal" defaultValue={group?.margin_usd ?? 100} error={at('margin_usd')} className="tabular-nums" hint="Where an order says no size, in the account’s money" />
          <Select label="Account" name="account_id" value={account} onChange={(event) => setAccount(event.target.value)} error={at('account_id')}>
            {!group && <option value="">A new paper account of its own</option>}
            {group && !accounts?.some(({ account_id: one }) => one === group.account_id) && <option>{group.account_id}</option>}
            {accounts?.map(({ account_id: one, mode, currency }) => <option key={one} value={one}>{one} · {mode}, {currency}</option>)}
          </Select>
          {account === '' && <Field label="Its balance" name="balance" inputMode="decimal" placeholder="10000" error={at('account')} className="tabular-nums" />}
        </div>
        <datalist id={`${id}-symbols`}>{symbols?.map(({ symbol, name }) => <option key={symbol} value={symbol}>{name}</option>)}</datalist>
        {other && <ErrorNote error={other} />}
      </form>
    </Dialog>
  );
}

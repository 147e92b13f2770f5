import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { send } from '../../api.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { Field, Select } from '../../ui/field.js';
import { ErrorNote } from '../../ui/states.js';
import { touch } from '../touch.js';

const INTERVALS = [60, 120, 180, 300, 600, 900, 1800, 3600];
const MOST_REASON = 200;

const word = (seconds: number): string => (seconds % 3600 === 0 ? `${seconds / 3600} h` : seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`);

interface Props {
  readonly agentId: string;
  readonly name: string;
  readonly paused: boolean;
  readonly intervalS: number;
}

/** Pause, resume, and how often it decides (60 to 3600 s). */
export function AgentControls({ agentId, name, paused, intervalS }: Props) {
  const [asking, setAsking] = useState(false);
  const path = `/api/agents/${encodeURIComponent(agentId)}`;
  const onSuccess = (): void => {
    for (const part of ['agents', 'assets', 'asset'] as const) touch(part);
    touch('agent', agentId);
    setAsking(false);
  };
  const pause = useMutation({ mutationFn: (reason: string) => send('POST', `${path}/pause`, reason === '' ? {} : { reason }), onSuccess });
  const resume = useMutation({ mutationFn: () => send('POST', `${path}/resume`), onSuccess });
  const every = useMutation({ mutationFn: (seconds: number) => send('PATCH', path, { interval_s: seconds }), onSuccess });
  const choices = [...new Set([...INTERVALS, intervalS])].sort((a, b) => a - b);
  const error = resume.error ?? every.error;
  return (
    <div role="group" aria-label={`Controls of ${name}`} className="flex flex-wrap items-center gap-2">
      <span className="text-xs text-muted">decides every</span>
      <div className="w-24">
        <Select label="Interval" bare value={intervalS} disabled={every.isPending} onChange={({ target: { value } }) => every.mutate(Number(value))}>
          {choices.map((seconds) => <option key={seconds} value={seconds}>{word(seconds)}</option>)}
        </Select>
      </div>
      {paused ? <Button look="primary" busy={resume.isPending} onClick={() => resume.mutate()}>Resume</Button> : <Button onClick={() => setAsking(true)}>Pause…</Button>}
      {error && <div className="w-full"><ErrorNote error={error} /></div>}
      {asking && <PauseDialog name={name} busy={pause.isPending} error={pause.error} onPause={(reason) => pause.mutate(reason)} onClose={() => setAsking(false)} />}
    </div>
  );
}

interface PauseProps {
  readonly name: string;
  readonly busy: boolean;
  readonly error: Error | null;
  readonly onPause: (reason: string) => void;
  readonly onClose: () => void;
}

function PauseDialog({ name, busy, error, onPause, onClose }: PauseProps) {
  const [reason, setReason] = useState('');
  return (
    <Dialog title={`Pause ${name}?`} onClose={onClose} actions={<Button look="primary" busy={busy} onClick={() => onPause(reason.trim())}>Pause {name}</Button>}>
      <p>It decides nothing until it is resumed. What it holds stays, with its protective orders.</p>
      <Field label="Reason, for everyone to see" value={reason} maxLength={MOST_REASON} onChange={(event) => setReason(event.target.value)} />
      {error && <ErrorNote error={error} />}
    </Dialog>
  );
}

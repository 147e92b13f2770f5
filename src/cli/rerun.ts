import { EXIT, type ExitCode } from './exit-codes.js';
import { rest } from './rest.js';
import { say, type Terminal } from './terminal.js';
import { clean } from './text.js';
import { answered, type TokenOptions } from './token.js';

interface Opinion {
  readonly agent_id: string;
  readonly signal: string;
  readonly confidence: number;
  readonly reason?: string;
}

interface Decision {
  readonly opinions: readonly Opinion[];
  readonly verdict: { readonly kind: string; readonly action?: string; readonly confidence?: number };
}

interface Rerun {
  readonly run_id: string;
  readonly same: boolean;
  readonly hash: string;
  readonly recorded_hash: string;
  readonly differing: readonly string[];
  readonly recorded: Decision;
  readonly again: Decision;
}

/** Builds runs again on the server, from their stored inputs, and says of each whether it comes to the same. */
export const rerun = (runIds: readonly string[], options: TokenOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  let same = 0;
  for (const runId of runIds) {
    const result = await rest(options, 'POST', `/api/runs/${encodeURIComponent(runId)}/rerun`) as Rerun;
    if (result.same) same += 1;
    if (options.json) say(terminal, JSON.stringify(result));
    else for (const line of linesOf(result)) say(terminal, line);
  }
  if (!options.json && runIds.length > 1) say(terminal, `${same} of ${runIds.length} the same`);
  return same === runIds.length ? EXIT.done : EXIT.differs;
});

function linesOf({ run_id: runId, same, hash, recorded_hash: recordedHash, differing, recorded, again }: Rerun): string[] {
  const { verdict: { action = 'no signal', confidence } } = again;
  if (same) return [`${runId}  same: ${action}${confidence === undefined ? '' : ` ${confidence.toFixed(2)}`}, ${again.opinions.length} opinions, ${hash.slice(0, 16)}`];
  return [
    `${runId}  DIFFERS: ${recordedHash.slice(0, 16)} was recorded, ${hash.slice(0, 16)} came out`,
    ...differing.map((id) => (id === 'verdict' ? `  verdict: ${words(recorded.verdict)} → ${words(again.verdict)}` : `  ${clean(id)}: ${stance(recorded, id)} → ${stance(again, id)}`)),
  ];
}

const words = ({ action, confidence }: Decision['verdict']): string => (action === undefined ? 'no signal' : `${action} ${confidence?.toFixed(4)}`);

function stance({ opinions }: Decision, id: string): string {
  const opinion = opinions.find(({ agent_id: agentId }) => agentId === id);
  return opinion ? `${opinion.signal}${opinion.reason ? ` ${opinion.reason}` : ` ${opinion.confidence.toFixed(4)}`}` : 'not there';
}

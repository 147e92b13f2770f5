import type { ClientState, Gap, Message } from '../client/index.js';
import { Board } from './board.js';
import { eventLine, gapLine } from './lines.js';
import { Screen } from './screen.js';
import type { Statistics } from './statistics.js';
import { table } from './table.js';
import { complain, say } from './terminal.js';
import type { Terminal } from './terminal.js';
import { fit } from './text.js';
import type { Paint } from './text.js';
import { isSimulated } from '../model/price-update.js';

/** What `watch` shows. */
export interface WatchView {
  message(message: Message): void;
  gap(gap: Gap): void;
  state(state: ClientState): void;
  note(text: string): void;
  /** The last thing, with the statistics where they are wanted. */
  end(withStatistics: boolean): void;
}

const stateText = (state: ClientState): string => {
  if (state.name === 'waiting') return `broken (${state.cause.message}), again in ${(state.delayMs / 1000).toFixed(1)} s`;
  return state.name === 'open' && state.reconnects > 0 ? `open again (${state.reconnects})` : state.name;
};

/** One JSON line per message on stdout; all else on stderr. */
export const jsonView = (statistics: Statistics, terminal: Terminal): WatchView => ({
  message: (message) => say(terminal, JSON.stringify(message)),
  gap: (gap) => complain(terminal, gapLine(gap)),
  state: (state) => {
    if (state.name === 'waiting') complain(terminal, stateText(state));
  },
  note: (text) => complain(terminal, text),
  end: (withStatistics) => {
    if (withStatistics) terminal.stderr.write(`${JSON.stringify({ type: 'statistics', data: statistics.summary(terminal.now()) })}\n`);
  },
});

/** One line per event. */
export const lineView = (statistics: Statistics, terminal: Terminal, paint: Paint): WatchView => ({
  message: (message) => {
    const line = eventLine(message, paint);
    if (line !== null) say(terminal, line);
  },
  gap: (gap) => say(terminal, gapLine(gap)),
  state: (state) => say(terminal, `connection ${stateText(state)}`),
  note: (text) => say(terminal, text),
  end: (withStatistics) => {
    if (withStatistics) say(terminal, statistics.lines(terminal.now()).join('\n'));
  },
});

const AGES_MOVE_MS = 1_000;

/** A table that is redrawn in place. */
export function tableView(symbols: readonly string[], url: string, statistics: Statistics, terminal: Terminal, paint: Paint): WatchView {
  const board = new Board(symbols);
  let connection = 'connecting';
  const screen = new Screen(terminal.stdout, () => terminal.now(), () => {
    const { columns: width = 80, rows: height = 24 } = terminal.stdout;
    const now = terminal.now();
    const simulated = board.rows.some(({ source }) => isSimulated(source)) ? 'SIMULATED prices, ' : '';
    const rate = `${statistics.total} messages, ${statistics.rate(now).toFixed(1)}/s`;
    const title = fit(`conclave ${connection}, ${simulated}${rate}, ${url}`, width).trimEnd();
    const notice = board.notice === null ? [] : [fit(board.notice, width).trimEnd()];
    return [paint(title, 'bold'), ...table(board, { width, height: height - 2 - notice.length, now, paint }), ...notice];
  });
  const ticking = setInterval(() => screen.refresh(), AGES_MOVE_MS);
  const changed = (change: () => void): void => {
    change();
    screen.refresh();
  };
  return {
    message: (message) => changed(() => board.apply(message, terminal.now())),
    gap: (gap) => changed(() => (board.notice = gapLine(gap))),
    state: (state) => changed(() => (connection = stateText(state))),
    note: (text) => changed(() => (board.notice = text)),
    end: (withStatistics) => {
      clearInterval(ticking);
      screen.end();
      if (withStatistics) say(terminal, statistics.lines(terminal.now()).join('\n'));
    },
  };
}

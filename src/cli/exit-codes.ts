/** How a command ends, for scripts; `EXIT_CODES_HELP` is what `--help` prints. */
export const EXIT = { done: 0, usage: 2, unreachable: 3, refused: 4, noSignal: 5, timeout: 6, differs: 7, noLeader: 8, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `
Exit codes:
    0  done; watch and group also after Ctrl-C
    2  wrong usage
    3  cannot connect
    4  refused by the server; its code and message are on stderr
    5  the run ended without a signal (analyze)
    6  no answer in time
    7  a run came to something else (rerun)
    8  the group has no leader (group)
  130  interrupted (analyze), or answered with no (approvals, groups delete)`;

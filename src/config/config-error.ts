/** The configuration has mistakes. `message` lists all of them, each with its remedy; no secret is in it. */
export class ConfigError extends Error {
  /** EX_CONFIG of sysexits.h. */
  readonly exitCode = 78;

  constructor(readonly problems: readonly string[]) {
    super(`The configuration has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}:\n${problems.map((each) => `  - ${each}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

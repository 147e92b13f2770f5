/** What is wrong (refuses to start) and what is worth saying, collected so that all of it can be said at once. */
export class Findings {
  readonly problems: string[] = [];
  readonly warnings: string[] = [];

  problem(text: string): void {
    this.problems.push(text);
  }

  warn(text: string): void {
    this.warnings.push(text);
  }
}

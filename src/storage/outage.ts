/** Something that may go away and come back: told once when it goes, once when it is back, however often it is tried meanwhile. */
export class Outage {
  #away = false;

  constructor(
    private readonly onLost: (error: Error) => void,
    private readonly onBack: () => void,
  ) {}

  get away(): boolean {
    return this.#away;
  }

  lost(error: Error): void {
    if (this.#away) return;
    this.#away = true;
    this.onLost(error);
  }

  back(): void {
    if (!this.#away) return;
    this.#away = false;
    this.onBack();
  }
}

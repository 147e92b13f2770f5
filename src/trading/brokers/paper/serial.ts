/** One after the other, in the order of asking; what one throws is its caller's and stops nobody else. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** Resolves when everything asked for so far is done. */
  async done(): Promise<void> {
    await this.#last;
  }
}

// Makes the time of a process run faster: `node --import ./test/support/time-lapse.mjs …` with TIME_LAPSE=<times>,<epoch ms at which
// it began>. Wall clock and timers go together, so that what waits an hour waits seconds; processes with one TIME_LAPSE agree on the time.
const [times, began] = process.env.TIME_LAPSE.split(',').map(Number);
const wall = Date.now;
const lapsed = () => Math.floor(began + (wall() - began) * times);

globalThis.Date = class extends Date {
  constructor(...given) {
    if (given.length === 0) super(lapsed());
    else super(...given);
  }

  static now() {
    return lapsed();
  }
};
for (const name of ['setTimeout', 'setInterval']) {
  const real = globalThis[name];
  globalThis[name] = Object.assign((then, ms = 0, ...given) => real(then, ms / times, ...given), real);
}

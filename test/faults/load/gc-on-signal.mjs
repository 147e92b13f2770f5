// For a node whose live memory is measured: collects garbage on SIGUSR2, twice, for what only finalizers free.
process.on('SIGUSR2', () => {
  globalThis.gc();
  setTimeout(() => globalThis.gc(), 200);
});

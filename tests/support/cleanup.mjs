// What a test file started must not outlive it, however the file ends.

const closers = new Set();

/** Registers a synchronous last resort, called when this process goes away; returns a function that withdraws it. */
export function onProcessEnd(close) {
  closers.add(close);
  return () => closers.delete(close);
}

function closeAll() {
  for (const close of closers) {
    try {
      close();
    } catch {
      // The process is ending; there is nobody left to tell.
    }
  }
  closers.clear();
}

process.on('exit', closeAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    closeAll();
    process.exit(1);
  });
}

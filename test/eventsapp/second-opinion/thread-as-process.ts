// Preloaded into the lifted app's thread: it moves to the app's folder as a process may, which Node refuses to threads.
process.chdir = () => undefined;

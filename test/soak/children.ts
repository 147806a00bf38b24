import { startSubject, type Subject } from '../bench/subject';

const running = new Set<Subject>();

/** Starts a program as `startSubject` does, and remembers it for {@link killChildren}. */
export async function startChild(...args: Parameters<typeof startSubject>): Promise<Subject> {
  const subject = await startSubject(...args);
  running.add(subject);
  subject.process.once('exit', () => running.delete(subject));
  return subject;
}

/** Ends what checks have started and not ended: one that failed halfway, or was interrupted. */
export function killChildren(): void {
  for (const subject of running) subject.process.kill('SIGKILL');
}

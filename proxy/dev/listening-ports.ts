import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const LISTEN = '0A';

/** The TCP ports on which processes of a group listen: by /proc on Linux, elsewhere by lsof; none where neither can say. */
export async function listeningPorts(group: number): Promise<ReadonlySet<number>> {
  try {
    return process.platform === 'linux' ? await portsByProc(group) : await portsByLsof(group);
  } catch {
    return new Set();
  }
}

async function portsByProc(group: number): Promise<ReadonlySet<number>> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const sockets = new Set((await Promise.all(processes.map((pid) => socketsOf(pid, group)))).flat());
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((table) => readFile(`/proc/net/${table}`, 'utf8').catch(() => '')),
  );
  // proc_net_tcp: local_address is the second column, the state the fourth, the inode the tenth.
  const rows = tables.flatMap((table) => table.split('\n').slice(1)).map((row) => row.trim().split(/\s+/));
  return new Set(
    rows
      .filter(([, , , state, , , , , , inode = '']) => state === LISTEN && sockets.has(inode))
      .map(([, local = '']) => parseInt(local.split(':')[1] ?? '', 16)),
  );
}

/** Inodes of the sockets of a process; none if it is of another group, or has ended. */
async function socketsOf(pid: string, group: number): Promise<readonly string[]> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may hold blanks and parentheses: state, parent, group.
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) !== group) return [];
    const files = await readdir(`/proc/${pid}/fd`);
    const links = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
    return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
  } catch {
    return [];
  }
}

async function portsByLsof(group: number): Promise<ReadonlySet<number>> {
  const args = ['-nP', '-a', '-g', String(group), '-iTCP', '-sTCP:LISTEN', '-Fn'];
  const { stdout } = await promisify(execFile)('lsof', args);
  return new Set([...stdout.matchAll(/^n.*:(\d+)$/gm)].map(([, port]) => Number(port)));
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { freePort } from '../../shared/local/free-port';
import type { Subject } from './subject';

interface Installed {
  readonly name: string;
  readonly program: string;
  readonly args: (file: string) => readonly string[];
  readonly config: (port: number, upstream: number, folder: string) => string;
}

/** Each in one process with one thread, with connections kept on both sides. */
const PROXIES: readonly Installed[] = [
  {
    name: 'nginx, one worker, with an access log',
    program: 'nginx',
    args: (file) => ['-c', file, '-e', 'stderr'],
    config: (port, upstream, folder) => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log ${folder}/nginx.log combined buffer=32k flush=1s;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_timeout 65s;
  keepalive_requests 1000000000;
  upstream monolith { server 127.0.0.1:${upstream}; keepalive 64; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://monolith;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
    }
  }
}
`,
  },
  {
    name: 'haproxy, one thread, without a log',
    program: 'haproxy',
    args: (file) => ['-f', file, '-db'],
    config: (port, upstream) => `
global
  nbthread 1
  maxconn 1000
defaults
  mode http
  timeout connect 5s
  timeout client 65s
  timeout server 65s
  http-reuse always
listen monolith
  bind 127.0.0.1:${port}
  server monolith 127.0.0.1:${upstream}
`,
  },
];

/** Starts the proxies that are on the `PATH`, before the upstream at a port. None of them is needed. */
export async function startInstalled(
  folder: string,
  upstream: number,
): Promise<readonly { readonly name: string; readonly subject: Subject }[]> {
  const started: { name: string; subject: Subject }[] = [];
  for (const { name, program, args, config } of PROXIES) {
    const port = await freePort();
    const file = path.join(folder, `${program}.conf`);
    await writeFile(file, config(port, upstream, folder));
    const subject = await start(program, args(file), port);
    if (subject !== undefined) started.push({ name, subject });
  }
  return started;
}

/** @returns undefined when there is no such program */
async function start(program: string, args: readonly string[], port: number): Promise<Subject | undefined> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const isThere = await Promise.race([once(child, 'spawn').then(() => true), once(child, 'error').then(() => false)]);
  const { pid } = child;
  if (!isThere || pid === undefined) {
    process.stderr.write(`${program} is not installed: no row for it\n`);
    return undefined;
  }
  const exited = once(child, 'exit');
  while (!(await accepts(port)))
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
  return {
    port,
    pid,
    process: child,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

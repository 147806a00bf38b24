import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runProxy } from '../../support/running-proxy';

it('a proxy that does not start leaves no folder', async () => {
  const own = await mkdtemp(path.join(tmpdir(), 'banyan-folders-'));
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = own;
  try {
    await expect(runProxy({ legacyUrl: new URL('http://127.0.0.1:9'), routes: 'routes: 5' })).rejects.toThrow();
    expect(await readdir(own)).toEqual([]);
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    await rm(own, { recursive: true });
  }
});

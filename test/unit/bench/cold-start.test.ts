import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { coldStarts } from '../../bench/cold-start';

it('a cold start whose answer is another one is not measured', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-cold-'));
  try {
    const file = path.join(folder, 'handler.js');
    await writeFile(file, 'exports.handler = async ({ statusCode }) => ({ statusCode });');
    const measure = (statusCode: number) =>
      coldStarts([{ name: 'a', file, event: { statusCode }, answers: /"statusCode":200/ }], 1);
    expect((await measure(200)).get('a')).toHaveLength(1);
    await expect(measure(404)).rejects.toThrow('a answers {"statusCode":404}');
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);

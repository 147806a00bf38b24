import { Turns } from '../../../../proxy/overrides/turns';

it('runs one operation after the other, also after one that failed', async () => {
  const turns = new Turns();
  const steps: string[] = [];
  const step = (name: string, error?: Error) => async (): Promise<string> => {
    steps.push(`${name} begins`);
    await Promise.resolve();
    steps.push(`${name} ends`);
    if (error !== undefined) throw error;
    return name;
  };
  const first = turns.run(step('first', new Error('a fault')));
  const second = turns.run(step('second'));
  await expect(first).rejects.toThrow('a fault');
  expect(await second).toBe('second');
  expect(steps).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
});

it('is settled once everything asked for is over, whatever came of it', async () => {
  const turns = new Turns();
  let isOver = false;
  const failing = turns.run(async () => {
    await Promise.resolve();
    isOver = true;
    throw new Error('a fault');
  });
  const heard = expect(failing).rejects.toThrow('a fault');
  await turns.settled();
  expect(isOver).toBe(true);
  await heard;
});

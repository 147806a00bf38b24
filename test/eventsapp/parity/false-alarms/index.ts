import { parseArgs } from 'node:util';
import { DATA_SETS, study } from './study';

/** npm run study:false-alarms: what a run reports where nothing differs. Exit code 1 when that is anything. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { count: { type: 'string', default: '10000' } } });
  const each = Math.ceil(Number(values.count) / DATA_SETS.length);
  const begun = performance.now();
  let [compared, alarms] = [0, 0];
  for (const dataSet of DATA_SETS) {
    const outcome = await study(dataSet, ({ ofWorld, odd, planned }) => {
      const others = [...ofWorld, ...odd];
      const known = planned(0);
      return [...planned(Math.max(0, each - known.length - others.length)), ...others].slice(0, each);
    });
    compared += outcome.compared;
    alarms += outcome.falseAlarms.length;
    const touches = [...outcome.extended.values()].reduce((sum, one) => sum + one, 0);
    process.stdout.write(
      `${dataSet.name}, ${dataSet.begins} to ${outcome.ended}: ${outcome.compared} comparisons, ${touches} extended a session, ${outcome.accepted} accepted by rules, ${outcome.falseAlarms.length} false alarms\n`,
    );
    for (const { route, result } of outcome.falseAlarms.slice(0, 10))
      process.stdout.write(
        `  ${route}, ${result.name}, ${result.identity}: ${JSON.stringify(result.differences.slice(0, 3))}\n`,
      );
  }
  const seconds = ((performance.now() - begun) / 1_000).toFixed(0);
  process.stdout.write(
    `${compared} comparisons over ${DATA_SETS.length} data sets in ${seconds} s: ${alarms} false alarms\n`,
  );
  process.exitCode = alarms > 0 ? 1 : 0;
}

void main();

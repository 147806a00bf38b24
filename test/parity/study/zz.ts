import { chooseCases } from './choose-cases';
import { startStudySides, prepareCases } from './environment';
import { judgeObservations, observe } from '../../../proxy/cli/parity/observe';
import { describeDifference } from '../../../shared/parity/exchange';
import { parseRules } from '../../../shared/parity/rules-file';
import { readFileSync } from 'node:fs';
(async () => {
  const rules = parseRules(readFileSync('test/parity/rules.yml', 'utf8'), 'r');
  for (const seed of process.argv.slice(3).map(Number)) {
    const s = await startStudySides();
    const cs = chooseCases(Number(process.argv[2]), seed).filter((c) => c.source === 'generated');
    const p = await prepareCases(s, cs);
    const k = s.ready.context.knownValues;
    for (const c of p) {
      const f = await observe(s.ready.context.candidate, c.control.request);
      const { differences: d } = await judgeObservations(c.control, f, {
        rules,
        identity: c.sourced.identity,
        ...(k && { knownValues: k }),
      });
      if (d.length)
        console.log(
          seed,
          c.sourced.route,
          '|',
          c.sourced.parityCase.name,
          '|',
          c.sourced.identity,
          '|',
          d.slice(0, 2).map(describeDifference).join('; '),
          JSON.stringify(c.control.request.headers.filter(([n]) => /auth|cookie|api|content/i.test(n))).slice(0, 200),
        );
    }
    await s.close();
  }
  process.exit();
})();

import { studyHtml } from './study';

/** `npm run study:html`: which seeded faults of pages the comparator catches, and how often it cries wolf. Exit code 1 when not all is well. */
async function main(): Promise<void> {
  const seed = Number(process.argv[2] ?? 1);
  const { rules, faults, pairs, falseAlarms } = await studyHtml({ pairs: 500, seed });
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  print(`rules learned from legacy against legacy (seed ${seed}):`);
  for (const { path, kind, pattern } of rules) print(`  ${kind} ${path}${pattern === undefined ? '' : ` ${pattern}`}`);
  print('\n| fault | pages | caught | first sign |\n| --- | ---: | ---: | --- |');
  for (const { name, pages, caught, sign } of faults)
    print(`| ${name} | ${pages} | ${caught} | ${sign.slice(0, 110).replaceAll('|', '\\|').replaceAll('<', '&lt;')} |`);
  const missed = faults.filter(({ caught, pages }) => caught < pages);
  print(`\n${faults.length} faults: ${faults.length - missed.length} caught on every page, ${missed.length} missed.`);
  print(`${pairs} pairs without a fault: ${falseAlarms.length} false alarms.`);
  for (const alarm of falseAlarms.slice(0, 20)) print(`- ${alarm}`);
  process.exitCode = missed.length + falseAlarms.length > 0 ? 1 : 0;
}

void main();

/**
 * Runs every `*.bench.mjs` beside it, one after another, and prints the results beside their budgets.
 * A bench: `export default { name, budget, run(): Promise<{ ratio | value, unit?, detail? } | { skipped }> }`, budget `≤ 1.25` or `≥ 10`.
 * `--only <name>` runs those whose name contains it; `--json` prints the rows. Exits with 1 where a budget is missed; no test runs this.
 */
import { readdirSync } from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'boolean', default: false } },
});
const files = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.bench.mjs'))
  .sort();
const rows = [];
for (const file of files) {
  const { default: bench } = await import(new URL(file, import.meta.url));
  for (const each of [bench].flat()) {
    if (flags.only && !each.name.includes(flags.only)) continue;
    if (!flags.json) process.stderr.write(`${each.name} …\n`);
    rows.push({ name: each.name, budget: each.budget, ...(await measure(each)) });
  }
}

async function measure(bench) {
  try {
    const {
      skipped,
      ratio,
      value = ratio,
      unit = ratio === undefined ? '' : '×',
      detail = '',
    } = await bench.run();
    if (skipped) return { verdict: 'skipped', detail: skipped };
    return { verdict: fits(value, bench.budget) ? 'ok' : 'MISSED', value, unit, detail };
  } catch (error) {
    return { verdict: 'broken', detail: String(error?.message ?? error).split('\n')[0] };
  }
}

/** Returns true if the value meets the budget: `≤ 1.25`, `≥ 10`, or text without a number, which always passes. */
function fits(value, budget = '') {
  const [, sign, limit] = /([≤≥<>])\s*([\d.]+)/.exec(String(budget)) ?? [];
  if (!sign) return true;
  return sign === '≤' || sign === '<' ? value <= Number(limit) : value >= Number(limit);
}

if (flags.json) {
  console.log(JSON.stringify({ node: process.version, cpus: os.availableParallelism(), rows }, null, 2));
} else if (rows.length === 0) {
  console.log('no bench has that name');
} else {
  const number = (value) => (value === undefined ? '' : value >= 100 ? value.toFixed(0) : value.toFixed(2));
  const table = rows.map(({ name, value, unit, budget, verdict, detail }) => [
    name,
    `${number(value)} ${unit ?? ''}`.trim(),
    String(budget ?? ''),
    verdict,
    detail ?? '',
  ]);
  table.unshift(['bench', 'measured', 'budget', 'verdict', '']);
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
}
process.exitCode = rows.some(({ verdict }) => verdict === 'MISSED' || verdict === 'broken') ? 1 : 0;

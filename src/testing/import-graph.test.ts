import { describe, expect, it } from 'vitest';
import { readImports, shippedSources, violationsOf } from './import-graph.ts';

const violation = async (from: string, source: string) => violationsOf(await readImports({ [from]: source }));

describe('the import graph', () => {
  it('goes strictly down, and third parties stay in their rooms', { timeout: 60_000 }, async () => {
    const edges = await readImports(shippedSources());
    expect(edges.length).toBeGreaterThan(200);
    expect(violationsOf(edges)).toEqual([]);
  });

  it.each([
    ['upwards', 'src/base/a.ts', "import { b } from '../check/b.ts';"],
    ['upwards, from a lazy import', 'src/probes/a.ts', "const b = await import('../engine/b.ts');"],
    ['upwards, of a type', 'src/check/a.ts', "import type { B } from '../config/b.ts';"],
    ['upwards, from an export', 'src/check/a.ts', "export * from '../config/b.ts';"],
    ['upwards, over lines', 'src/engine/a.ts', "import {\n  b,\n  type C,\n} from '../commands/b.ts';"],
    ['upwards, in a type expression', 'src/base/a.ts', "let b: import('../check/b.ts').B;"],
    ['sideways', 'src/probes/a.ts', "import { b } from '../runners/b.ts';"],
    ['into the island', 'src/runners/a.ts', "import { b } from '../stack/api/b.ts';"],
    ['out of the island', 'src/stack/api/a.ts', "import { b } from '../../base/b.ts';"],
    ['of a shared half of checks by another room', 'src/probes/a.ts', "import { b } from '../suites/b.ts';"],
    ['into the tests', 'src/engine/a.ts', "import { b } from '../testing/b.ts';"],
    ['out of a check', 'checks/api/a.ts', "import { b } from '../../src/base/b.ts';"],
    ['out of a check, to Node', 'checks/api/a.ts', "import { readFile } from 'node:fs';"],
    ['out of a migration', 'migrations/a.ts', "import pg from 'pg';"],
    ['to a package in another room', 'src/engine/a.ts', "import pg from 'pg';"],
    ['to a part of a package in another room', 'src/engine/a.ts', "import x from '@opentelemetry/api/x';"],
    ['into a room without a floor', 'src/engine/a.ts', "import { b } from '../utils/b.ts';"],
  ])('refuses an import %s', async (_what, from, source) => {
    expect(await violation(from, source)).toHaveLength(1);
  });

  it('refuses a circle between the folders of a room', async () => {
    const edges = await readImports({
      'src/probes/otlp/a.ts': "import '../browser/b.ts';",
      'src/probes/browser/b.ts': "import '../otlp/a.ts';",
    });
    expect(violationsOf(edges)).toEqual([
      'src/probes/otlp imports itself through another folder of its room',
      'src/probes/browser imports itself through another folder of its room',
    ]);
  });

  it.each([
    ['of the shared halves by a check', 'checks/api/a.ts', "import { b } from '../../src/suites/index.ts';"],
    ['down', 'src/commands/a.ts', "import { b } from '../engine/b.ts';"],
    ['within a room', 'src/probes/browser/a.ts', "import { b } from '../otlp/b.ts';"],
    [
      'of event types by a reporter',
      'src/reporters/a.ts',
      "import type { RunEvent } from '../engine/events.ts';",
    ],
    [
      'that is only spoken of',
      'src/base/a.ts',
      "// import { b } from '../cli.ts';\n/* import('../cli.ts') */",
    ],
    ['of a package in its room', 'src/migrate/a.ts', "const { Client } = await import('pg');"],
  ])('allows an import %s', async (_what, from, source) => {
    expect(await violation(from, source)).toEqual([]);
  });
});

import { expect, it } from 'vitest';
import { touchedBy } from './touched.ts';

const paths = { config: ['/p/meatymusic.config.ts'], checks: ['/p/ops'], migrations: ['/p/migrations'] };
const known = [
  { id: 'x/one', area: 'x', source: 'ops/x/one.ts' },
  { id: 'x/one@payments', area: 'x', source: 'ops/x/one.ts' },
  { id: 'x/two', area: 'x', source: 'ops/x/two.ts' },
  { id: 'database/connects', area: 'database', source: 'checks/database/connects.ts' },
];

it.each<[string, string[], string[] | 'all']>([
  ['the file of a check: its checks of every service', ['/p/ops/x/one.ts'], ['x/one', 'x/one@payments']],
  [
    'two files: the checks of both',
    ['/p/ops/x/one.ts', '/p/ops/x/two.ts'],
    ['x/one', 'x/one@payments', 'x/two'],
  ],
  ['a migration: the checks of the database', ['/p/migrations/1.ts'], ['database/connects']],
  ['the configuration: all', ['/p/meatymusic.config.ts'], 'all'],
  ['a file that no check is from: all', ['/p/ops/x/new.ts'], 'all'],
  ['a check and the configuration: all', ['/p/ops/x/one.ts', '/p/meatymusic.config.ts'], 'all'],
])('a change touches: %s', (_, files, expected) => {
  const touched = touchedBy(files, paths, known, '/p');
  expect(touched.kind === 'all' ? 'all' : touched.ids).toEqual(expected);
});

it('a migration touches all where no check of the database is known', () => {
  expect(touchedBy(['/p/migrations/1.ts'], paths, known.slice(0, 3), '/p')).toEqual({ kind: 'all' });
});

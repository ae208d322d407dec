import { describe, expect, it } from 'vitest';
import { configShape } from '../tooling/schemas.ts';
import { quickly } from './quick.ts';
import { configSchema } from './schema.ts';
import { leavesOf, setValueAt } from './settings.ts';

const shape = configShape();
const quick = (settings: unknown) => quickly(shape, settings);
const withValue = (path: string, value: unknown) => {
  const settings = {};
  setValueAt(settings, path, value);
  return settings;
};

const paths = [
  ...[...leavesOf(configSchema.parse({}))].map(([path]) => path),
  ...['services', 'services.api', 'services.api.log', 'services.api.log.file', 'services.web.build', 'up'],
  ...['services.web.build.command', 'services.database.applicationUrl', 'auth.token', 'compose.file'],
  ...['services.telemetry.otlpEndpoint', 'services.telemetry.receiver.enabled', 'migrations.folder'],
  ...[
    'options.api/health',
    'options.api/health.path',
    'vars.name',
    'logs.rules.a',
    'compose.env.A',
    'unknown',
  ],
];
const values: unknown[] = [
  ...[null, true, false, 0, 1, -1, 1.5, 65536, 1e300, Number.NaN, '', 'x', ' ', '5s', '1.5m', '-5s', '5 s'],
  ...[
    'http://a',
    'https://a:1/b',
    'http://a b',
    'http://',
    'HTTP://A',
    'ftp://a',
    ' http://a',
    'http://u:p@a/?q#h',
  ],
  ...[
    'http://a:99999',
    'http://[::1]:80',
    'postgres://a',
    'postgresql+asyncpg://u:p@h/d',
    'redis://a',
    'rediss://',
  ],
  ...[
    'auto',
    'embedded',
    'docker',
    [],
    [1],
    ['a'],
    ['a', null],
    [[]],
    {},
    { a: 1 },
    { file: 'a' },
    undefined,
  ],
  ...[{ command: 'a' }, { file: 'a', command: 'b' }, { a: { b: 1 } }, { toString: 1 }, new Date(0)],
];

describe('quickly', () => {
  it('judges as the schema does wherever it judges at all', () => {
    for (const path of paths) {
      for (const value of values) {
        const settings = withValue(path, value);
        const made = quick(settings);
        if (made === undefined) continue;
        expect.soft(configSchema.safeParse(settings), `${path} = ${JSON.stringify(value)}`).toEqual({
          success: true,
          data: made,
        });
      }
    }
  });

  it('keeps the order of the settings', () => {
    expect(JSON.stringify(quick({ up: {}, runtime: 'auto' }))).toBe(
      JSON.stringify(configSchema.parse({ up: {}, runtime: 'auto' })),
    );
  });

  it.each([
    [{}],
    [{ runtime: 'external', services: { api: { url: 'http://localhost:8080' }, cache: { enabled: false } } }],
    [
      {
        services: { database: { url: 'postgresql://u:p@127.0.0.1:5432/d' } },
        migrations: { timeout: '90s' },
      },
    ],
    [
      {
        checks: 'checks',
        verify: { tags: ['smoke'], concurrency: 50 },
        options: { 'api/health': { path: '/' } },
      },
    ],
  ])('settles %j', (settings) => {
    expect(quick(settings)).toEqual(configSchema.parse(settings));
  });

  it('leaves what it does not know to the schema', () => {
    expect(quickly({ type: 'string', const: 'a' } as object, 'a')).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { testCheck, verdictOf } from '../../src/check/tester.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import configuration from './configuration.ts';

testCheck(
  configuration,
  {
    passes: [
      {
        when: 'all names follow the rule',
        probes: {},
        summary: 'meatymusic-api, meatymusic-web, meatymusic',
      },
    ],
    fails: [
      {
        when: 'several names break the rule',
        code: 'against-the-rule',
        probes: {},
        options: { service: '^song-', database: '^song_' },
        expected:
          'services.api.serviceName matches ^song-; services.web.serviceName matches ^song-; database matches ^song_',
        actual:
          'services.api.serviceName is "meatymusic-api"; services.web.serviceName is "meatymusic-web"; database is "meatymusic"',
      },
      {
        when: 'a service has capitals',
        code: 'against-the-rule',
        probes: {},
        stack: { services: { api: { serviceName: 'MeatyMusic' } } },
      },
      {
        when: 'the database is in kebab-case',
        code: 'against-the-rule',
        probes: {},
        stack: { services: { database: { name: 'meatymusic-dev' } } },
      },
    ],
  },
  { describe, it },
);

it('shows each name', async () => {
  expect(await evidenceLabels(configuration, { probes: {} })).toEqual([
    ...['pass', 'services.api.serviceName', 'services.web.serviceName', 'database'],
  ]);
});

it.each([
  [['api', 'web', 'database'], []],
  [['web', 'database'], ['services.api.serviceName']],
  [['api', 'database'], ['services.web.serviceName']],
  [['api', 'web'], ['database']],
])('leaves out what the stack has not: %s', async (absent, names) => {
  const services = Object.fromEntries(absent.map((name) => [name, { enabled: false }]));
  const labels = await evidenceLabels(configuration, { probes: {}, stack: { services } });
  expect(labels).toEqual(names.length === 0 ? ['skip'] : ['pass', ...names]);
});

const withDefaultName = { database: { hasDefaultName: true } } as const;

it('does not judge a name of the database that the project has not chosen', async () => {
  const of = (services: object, options: Record<string, unknown> = {}) =>
    verdictOf(configuration, {
      probes: {},
      stack: { services: { ...withDefaultName, ...services } },
      options,
    });
  expect(await of({})).toMatchObject({
    status: 'pass',
    summary: 'meatymusic-api, meatymusic-web; not judged: the name of the database, meatymusic, is a default',
  });
  expect(await of({ api: { enabled: false }, web: { enabled: false } })).toMatchObject({
    status: 'skip',
    enable: 'name one: services: { database: { url: … } }',
  });
  expect(await of({}, { database: '^shop' })).toMatchObject({ status: 'fail' });
});

import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
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

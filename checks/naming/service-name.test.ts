import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { answering, refused, response } from '../../src/testing/responses.ts';
import serviceName from './service-name.ts';

testCheck(
  serviceName,
  {
    passes: [
      { when: 'it is the configured name', probes: answering(response(200, { service: 'meatymusic-api' })) },
      {
        when: 'the API is below a base path',
        stack: { services: { api: { url: 'http://localhost:8000/v1' } } },
        probes: answering(({ url }) =>
          url.includes('8000/v1/') ? response(200, { service: 'meatymusic-api' }) : response(404),
        ),
      },
    ],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
      { when: 'it says nothing', code: 'no-name', probes: answering(response(200, { status: 'ok' })) },
      { when: 'it is no JSON', code: 'no-name', probes: answering(response(200, 'ok')) },
      {
        when: 'it has another name',
        code: 'other-name',
        probes: answering(response(200, { service: 'meatymusic-web' })),
      },
      {
        when: 'it has capitals',
        code: 'against-the-rule',
        probes: answering(response(200, { service: 'MeatyMusic-API' })),
      },
    ],
  },
  { describe, it },
);

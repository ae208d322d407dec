import { describe, expect, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { refused, response } from '../../src/testing/responses.ts';
import { type HttpAnswer, serving } from '../../src/testing/stub-probes.ts';
import serviceName from './service-name.ts';

const at = (answer: HttpAnswer) => serving({ 'GET /health': answer });

testCheck(
  serviceName,
  {
    passes: [
      { when: 'it is the configured name', probes: at(response(200, { service: 'meatymusic-api' })) },
      {
        when: 'the API is below a base path',
        stack: { services: { api: { url: 'http://localhost:8000/v1' } } },
        probes: serving({ 'GET /v1/health': response(200, { service: 'meatymusic-api' }) }),
      },
      {
        when: 'path, field and rule are those of the options',
        options: { path: '/about', fields: ['app.id'], pattern: '^[a-z_]+$' },
        stack: { services: { api: { serviceName: 'song_api' } } },
        probes: serving({ 'GET /about': response(200, { service: 'x', app: { id: 'song_api' } }) }),
        summary: 'app.id is "song_api"',
      },
    ],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: at(refused) },
      { when: 'it says nothing', code: 'no-name', probes: at(response(200, { status: 'ok' })) },
      {
        when: 'the name is no text',
        code: 'no-name',
        probes: at(response(200, { service: 7 })),
        actual: 'it answers 200, without a name',
      },
      { when: 'it is no JSON', code: 'no-name', probes: at(response(200, 'ok')) },
      {
        when: 'it has another name',
        code: 'other-name',
        probes: at(response(200, { service: 'meatymusic-web' })),
      },
      {
        when: 'it has capitals',
        code: 'against-the-rule',
        probes: at(response(200, { service: 'MeatyMusic-API' })),
      },
    ],
  },
  { describe, it },
);

it('shows the response', async () => {
  const labels = (body: object) => evidenceLabels(serviceName, { probes: at(response(200, body)) });
  expect(await labels({ service: 'meatymusic-api' })).toEqual(['pass', 'self-description']);
  expect(await labels({})).toEqual(['no-name', 'self-description']);
});

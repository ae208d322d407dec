import { describe, expect, it } from 'vitest';
import { testCheck, verdictOf } from '../../src/check/tester.ts';
import { evidenceTexts } from '../../src/testing/evidence-labels.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './errors-keep-their-trace.ts';

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'logs', 'spans']);

testCheck(
  check,
  {
    passes: [
      {
        when: 'a 404 is traced',
        probes: api({ status: 404 }),
        summary: '404, 1 log line, 1 span',
      },
      { when: 'it is the first status of an error', probes: api({ status: 400 }) },
      {
        when: 'the body names the trace',
        probes: api({ status: 404, returns: 'nothing', body: (id) => id }),
      },
    ],
    fails: [
      { when: 'the API is away', code: 'unreachable', probes: api({ down: true }) },
      { when: 'there is no error', code: 'no-error', probes: api({}) },
      { when: 'the status is below those of errors', code: 'no-error', probes: api({ status: 399 }) },
      {
        when: 'neither header nor body names it',
        code: 'not-returned',
        probes: api({ status: 404, returns: 'nothing' }),
      },
      { when: 'no line has it', code: 'not-logged', probes: api({ status: 404, logs: 'without' }) },
      {
        when: 'one of two lines does not have it',
        code: 'line-without-trace',
        probes: api({ status: 404, logs: 'stray' }),
      },
      { when: 'no span has it', code: 'no-spans', probes: api({ status: 404, spans: 'nothing' }) },
    ],
  },
  { describe, it },
);

describe('what was not judged of a failing request', () => {
  const unseen = async (behaviour: TracedApi) =>
    (await evidenceTexts(check, { probes: api({ status: 404, ...behaviour }) })).filter((each) =>
      each.startsWith('not judged'),
    );

  it('is shown', async () => {
    expect(await unseen({})).toEqual([]);
    expect(await unseen({ logs: 'unavailable' })).toEqual(['not judged: the log: set services.api.log']);
    expect(await unseen({ spans: 'unavailable' })).toEqual(['not judged: the spans: set services.api.log']);
    expect(await unseen({ spans: 'never', elsewhere: 'http://collector:4318' })).toEqual([
      'not judged: the spans: the spans go to http://collector:4318, where they cannot be read',
    ]);
  });

  it('has the request, its lines and its spans beside', async () => {
    const probes = api({ status: 404, logs: 'with-trace' });
    expect(await evidenceTexts(check, { probes })).toEqual([
      'request',
      'log lines of the request',
      'spans of the trace',
    ]);
  });
});

it('counts the answer, its lines and its spans', async () => {
  const examined = [{ count: 3, what: 'traces of the error' }];
  expect(await verdictOf(check, { probes: api({ status: 404 }) })).toMatchObject({ examined });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dump } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runForReal } from '../../../testing/run-declared.ts';
import { makeChecks } from '../../make-checks.ts';
import { readChecksFile } from '../checks-file.ts';
import { kindExamples } from './examples.ts';
import { kinds } from './index.ts';

/** The example as it is in a file. */
function checkOf(entry: object) {
  const problems: string[] = [];
  const { checks } = readChecksFile(
    'checks.yaml',
    dump({ checks: [entry] }),
    { env: {}, vars: {} },
    problems,
  );
  return makeChecks([{ checks, problems }])[0]!;
}

/** The kinds whose example needs nothing but this machine. */
const local = [
  'command',
  'file',
  'process',
  'user',
  'group',
  'mount',
  'interface',
  'kernel-param',
  'matching',
];

describe('the examples of the kinds', () => {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"songs":[{"id":1}]}');
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const port = () => (server.address() as AddressInfo).port;

  it('are one for each kind, and load', () => {
    expect(Object.keys(kindExamples)).toEqual([...kinds.keys()]);
    for (const [kind, entry] of Object.entries(kindExamples)) {
      expect(entry.kind).toBe(kind);
      expect(checkOf(entry).id).toBe(entry.id);
    }
  });

  it.skipIf(process.platform !== 'linux').each(local)('pass for %s', async (kind) => {
    expect(await runForReal(checkOf(kindExamples[kind]!))).toMatchObject({ status: 'pass' });
  });

  it.each([
    ['http', () => ({ url: `http://127.0.0.1:${port()}/songs` })],
    ['tcp', () => ({ port: port() })],
    ['port', () => ({ port: port() })],
  ])('pass for %s', async (kind, place) => {
    expect(await runForReal(checkOf({ ...kindExamples[kind], ...place() }))).toMatchObject({
      status: 'pass',
    });
  });
});

/** The web and browser checks against real pages: a whole one, and one broken in each way. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSharedResources } from '../../src/base/shared-resources.ts';
import { exampleStack, withServices } from '../../src/check/stack.ts';
import { chromiumMissing } from '../../src/testing/chromium.ts';
import { runCheck } from '../../src/testing/run-check.ts';
import build from '../web/build.ts';
import home from '../web/home.ts';
import carriesTraceparent from './calls-carry-traceparent.ts';
import noErrors from './no-errors.ts';
import telemetry from './telemetry-initialised.ts';

const listen = async (handler: RequestListener): Promise<{ server: Server; url: string }> => {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

describe('the web checks, for real', () => {
  let api: { server: Server; url: string };
  let web: { server: Server; url: string };
  const shared = createSharedResources();
  /** What the page's script does. */
  let script = '';
  let corsHeaders: Record<string, string> = {};

  beforeAll(async () => {
    api = await listen((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...corsHeaders }).end('{}');
    });
    web = await listen((request, response) => {
      if (request.url === '/script.js') {
        response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
      } else {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end(
          '<!doctype html><html><link rel=icon href=data:,><title>MeatyMusic</title><h1>MeatyMusic</h1><script src=/script.js></script>',
        );
      }
    });
  });
  afterAll(async () => {
    await shared.close();
    for (const { server } of [api, web].filter(Boolean)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  const stackNow = () => withServices(exampleStack, { api: { url: api.url }, web: { url: web.url } });
  const verdictOf = async (check: Parameters<typeof runCheck>[0], page: string, cors = true) => {
    script = page.replaceAll('API', api.url);
    corsHeaders = cors
      ? { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'traceparent' }
      : {};
    const verdict = await runCheck(check, { stack: stackNow(), shared });
    return verdict.status === 'fail' ? verdict.code : verdict.status;
  };
  const call = (header: string) => `fetch('API/x', { headers: ${header} }).catch(() => {});`;
  const good = `console.info('telemetry initialized'); ${call(`{ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }`)}`;

  it('web/home passes, and fails once nothing listens', async () => {
    expect(await verdictOf(home, good)).toBe('pass');
    const stack = withServices(exampleStack, { web: { url: 'http://127.0.0.1:9' } });
    expect(await runCheck(home, { stack })).toMatchObject({ status: 'fail', code: 'unreachable' });
  });

  it('web/build fails with the last lines of a build that fails', async () => {
    const run = (command: string) => runCheck(build, { stack: exampleStack, options: { command } });
    expect(await run('echo fine')).toMatchObject({ status: 'pass' });
    expect(await run('echo one; echo "Type error: two" >&2; exit 3')).toMatchObject({
      code: 'build-failed',
      actual: expect.stringMatching(/^it ended with 3 .*: Type error: two$/),
    });
    expect(await run('kill -9 $$')).toMatchObject({
      code: 'build-failed',
      actual: expect.stringMatching(/SIGKILL/),
    });
  });

  describe.skipIf(chromiumMissing)(`in a browser ${chromiumMissing ?? ''}`, () => {
    it.each<[string, Parameters<typeof runCheck>[0], string, string, boolean]>([
      ['a whole page', noErrors, good, 'pass', true],
      ['a script that throws', noErrors, 'throw new Error("broken")', 'page-error', true],
      ['an API that does not allow the page', noErrors, good, 'failed-request', false],
      ['a console that says so', telemetry, good, 'pass', true],
      ['a silent console', telemetry, '', 'not-initialised', true],
      ['calls with a trace', carriesTraceparent, good, 'pass', true],
      ['calls with a trace that CORS refuses', carriesTraceparent, good, 'stopped-by-cors', false],
      ['calls without a trace', carriesTraceparent, call('{}'), 'missing-traceparent', true],
      [
        'a malformed trace',
        carriesTraceparent,
        call(`{ traceparent: '00-1-2-01' }`),
        'malformed-traceparent',
        true,
      ],
      ['no calls', carriesTraceparent, '', 'no-calls', true],
    ])('%s', async (_, check, page, expected, cors) => {
      expect(await verdictOf(check, page, cors)).toBe(expected);
    });
  });
});

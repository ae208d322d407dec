import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { withServices } from '../check/stack.ts';
import { load, type Untyped } from '../testing/foreign-apis/serve.ts';
import { freePort } from '../testing/free-port.ts';
import { testProbeContext, testStack } from '../testing/probe-context.ts';
import { redisMissing, startRedis } from '../testing/redis.ts';
import { createAskService } from './ask-service.ts';

const opened: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of opened) await close();
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function askApi(url: string) {
  const context = testProbeContext({
    stack: withServices(testStack, { api: { url } }),
    endpoints: { api: { url } },
  });
  opened.push(() => context.close());
  return createAskService(context)('api');
}

test('an API that accepts and is silent does not answer', async () => {
  const silence = await askApi(await listen(createServer(() => {})));
  expect(silence?.reason).toContain('no response');
  expect(silence?.hint).toContain('api');
});

test('a port where nothing listens does not answer', async () => {
  expect((await askApi(`http://127.0.0.1:${await freePort()}`))?.reason).toContain('ECONNREFUSED');
});

test.each([200, 401, 404, 429, 500])('an API that answers %i answers', async (status) => {
  const app = load('express')();
  app.use((_request: Untyped, response: Untyped) => {
    response.sendStatus(status);
  });
  expect(await askApi(await listen(createServer(app)))).toBeUndefined();
});

test.skipIf(redisMissing)(
  'a Redis that asks for a password answers, by the name that the service has in this stack',
  async () => {
    const redis = await startRedis({ args: ['--requirepass', 'right'] });
    opened.push(() => redis.stop());
    const context = testProbeContext({
      stack: {
        ...testStack,
        services: {
          ...testStack.services,
          sessions: { kind: 'redis', enabled: true, host: '127.0.0.1', port: redis.port },
        },
      },
      endpoints: { sessions: { url: `redis://127.0.0.1:${redis.port}` } },
    });
    opened.push(() => context.close());
    const ask = createAskService(context);
    expect(await ask('sessions')).toBeUndefined();
    await redis.stop();
    expect((await ask('sessions'))?.reason).toContain('ECONNREFUSED');
  },
);

test('a service that cannot be asked is not silent', async () => {
  const context = testProbeContext({ endpoints: {} });
  opened.push(() => context.close());
  expect(await createAskService(context)('worker')).toBeUndefined();
});

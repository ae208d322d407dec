import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { exampleStack } from '../../src/check/stack.ts';
import { runCheck } from '../../src/testing/run-check.ts';
import accepts from './accepts.ts';

it('judges a server by connecting, and says that its answers were not examined', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const tcp = { kind: 'tcp', enabled: true, host: '127.0.0.1', port };
  const stack = { ...exampleStack, services: { ...exampleStack.services, tcp } };
  expect(await runCheck(accepts, { stack })).toMatchObject({
    status: 'pass',
    summary: expect.stringContaining('was not examined'),
  });
  await new Promise((resolve) => server.close(resolve));
  expect(await runCheck(accepts, { stack })).toMatchObject({ status: 'fail', code: 'refused' });
});

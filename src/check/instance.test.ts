import { expect, test } from 'vitest';
import { hasStandardName, roleOfKind, stackSeenBy } from './instance.ts';
import { exampleStack, type ServiceInfo, type StackInfo } from './stack.ts';
import { skipWithoutOrigin } from './web-origin.ts';

const payments = { ...exampleStack.services.api, url: 'http://localhost:9000' };
const ledger = { ...exampleStack.services.database, port: 5544 };
const stack: StackInfo = {
  ...exampleStack,
  services: {
    ...exampleStack.services,
    payments,
    ledger,
    queue: { kind: 'amqp', enabled: true } as ServiceInfo,
  },
};
const absence = { code: 'not-running', reason: 'payments exited (1)', hint: 'meatymusic up' } as const;
const judged = { judges: 'api', service: 'payments', uses: ['payments'] };

test('a kind of the contract has the name of the contract, any other its own', () => {
  expect(['api', 'web', 'postgres', 'redis', 'amqp'].map(roleOfKind)).toEqual([
    'api',
    'web',
    'database',
    'cache',
    'amqp',
  ]);
  expect(['postgres', 'amqp', 'toString'].map(hasStandardName)).toEqual([true, false, false]);
});

test('a check that judges one service sees it by the name of the contract', () => {
  expect(stackSeenBy(judged, stack).services.api).toBe(payments);
  expect(stackSeenBy({ judges: 'amqp', service: 'queue' }, stack).services.amqp).toMatchObject({
    kind: 'amqp',
  });
});

test('of the others it sees those that it uses or that its service depends on', () => {
  const { services } = stackSeenBy({ ...judged, uses: ['payments', 'cache'], dependsOn: ['ledger'] }, stack);
  const seen = Object.entries(services).flatMap(([name, { enabled }]) => (enabled ? [name] : []));
  expect(seen.sort()).toEqual(['api', 'cache', 'ledger', 'payments']);
});

test('the absence of its service is that of the role, and that of the role is not its own', () => {
  const own = stackSeenBy(judged, { ...stack, absent: { payments: absence } });
  expect(own.absent).toEqual({ payments: absence, api: absence });
  const ofRole = stackSeenBy(judged, { ...stack, absent: { api: absence } });
  expect(ofRole.absent).toEqual({});
  expect(stackSeenBy(judged, stack).absent).toEqual({});
});

test.each([
  ['judges no service of its own', { judges: 'api' }],
  ['judges nothing', { service: 'payments' }],
  ['judges a service that the stack does not have', { judges: 'api', service: 'orders' }],
])('a check that %s sees the stack as it is', (_what, check) => {
  expect(stackSeenBy(check, stack)).toBe(stack);
});

test('a check that needs the origin of a web app without an address is skipped, unless it is configured', () => {
  const absent = { web: absence };
  expect(skipWithoutOrigin('', { ...stack, absent })).toEqual({
    status: 'skip',
    reason: 'the origin of the web app is unknown: payments exited (1)',
    enable: 'meatymusic up',
  });
  expect(skipWithoutOrigin('http://localhost:3000', { ...stack, absent })).toBeUndefined();
  expect(skipWithoutOrigin('', { ...stack, absent: {} })).toBeUndefined();
  expect(skipWithoutOrigin('', stack)).toBeUndefined();
});

import { afterEach, expect, test } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { startApi, type TestApi } from '../testing/start-api.ts';

let api: TestApi | undefined;
afterEach(async () => {
  await api?.stop();
  api = undefined;
});

const statuses = async (path: string, count: number) => {
  const found: number[] = [];
  for (let n = 0; n < count; n++) found.push((await fetch(`${api?.url}${path}`)).status);
  return found;
};

test('each route counts for itself, unknown addresses together', async () => {
  api = await startApi({ RATE_LIMIT_MAX: '2', RATE_LIMIT_WINDOW_SECONDS: '60' });
  expect(await statuses('/', 3)).toEqual([200, 200, 429]);
  expect(await statuses('/openapi.json', 2)).toEqual([200, 200]);
  expect([...(await statuses('/one', 2)), ...(await statuses('/two', 1))]).toEqual([404, 404, 429]);
});

test('health is never refused', async () => {
  api = await startApi({ RATE_LIMIT_MAX: '1', RATE_LIMIT_WINDOW_SECONDS: '60' });
  expect(await statuses('/health', 4)).toEqual([200, 200, 200, 200]);
});

test('the next window begins when Retry-After is over', async () => {
  api = await startApi({ RATE_LIMIT_MAX: '1', RATE_LIMIT_WINDOW_SECONDS: '1' });
  const refused = await awaitUntil(
    async () => {
      const response = await fetch(`${api?.url}/`);
      return response.status === 429 ? response : undefined;
    },
    { what: 'a refusal', withinMs: 5_000, intervalMs: 0 },
  );
  const seconds = Number(refused.headers.get('retry-after'));
  expect(seconds).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  expect(await statuses('/', 1)).toEqual([200]);
});

test('nothing is refused when limits are switched off', async () => {
  api = await startApi({ RATE_LIMIT_MAX: '1', RATE_LIMIT_ENABLED: 'false' });
  expect(await statuses('/', 3)).toEqual([200, 200, 200]);
});

import { expect, it } from 'vitest';
import { addresses } from './addresses.ts';

const endpoints = {
  apiUrl: 'http://127.0.0.1:8000',
  webUrl: 'http://127.0.0.1:3000',
  databaseUrl: 'postgresql://postgres:secret@127.0.0.1:5432/meatymusic',
  cacheUrl: 'redis://127.0.0.1:6379',
};
const [on, off] = [{ enabled: true }, { enabled: false }];

it('names the addresses of the services that there are, without passwords', () => {
  const output = { color: false, columns: 80 };
  expect(addresses(output, endpoints, { api: off, web: off, database: on, cache: on })).toBe(`
  database   postgresql://postgres:*****@127.0.0.1:5432/meatymusic
  cache      redis://127.0.0.1:6379
`);
});

it('shows the passwords on request', () => {
  const output = { color: false, columns: 80 };
  const shown = addresses(
    output,
    endpoints,
    { api: off, web: off, database: on, cache: off },
    { showSecrets: true },
  );
  expect(shown).toContain('postgresql://postgres:secret@127.0.0.1:5432/meatymusic');
});

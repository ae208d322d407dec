import { expect, it } from 'vitest';
import { switchedOff } from '../../base/endpoint.ts';
import { addresses } from './addresses.ts';

const output = { color: false, columns: 80 };
const endpoints = {
  api: { absent: switchedOff('api') },
  web: { absent: switchedOff('web') },
  database: { url: 'postgresql://postgres:secret@127.0.0.1:5432/meatymusic' },
  cache: { url: 'redis://127.0.0.1:6379' },
  telemetry: { url: 'http://127.0.0.1:4318' },
};

it('names the addresses of the services that have one, without passwords', () => {
  expect(addresses(output, endpoints)).toBe(`
  database   postgresql://postgres:*****@127.0.0.1:5432/meatymusic
  cache      redis://127.0.0.1:6379
  telemetry  http://127.0.0.1:4318
`);
});

it('shows the passwords on request', () => {
  const shown = addresses(output, endpoints, { showSecrets: true });
  expect(shown).toContain('postgresql://postgres:secret@127.0.0.1:5432/meatymusic');
});

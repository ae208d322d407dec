import { expect, test } from 'vitest';
import { readSettings, SettingsError } from './settings.ts';

test('has a default for everything', () => {
  const settings = readSettings({});
  expect(settings).toMatchObject({
    host: '127.0.0.1',
    port: 8000,
    serviceName: 'meatymusic-api',
    corsOrigins: ['http://localhost:3000'],
    database: { role: 'meatymusic_app' },
    rateLimit: { enabled: true, windowMs: 10_000 },
  });
});

test('names every problem at once, and no value', () => {
  const read = () =>
    readSettings({ PORT: '99999', REDIS_URL: 'http://secret', LOG_FORMAT: 'xml', RATE_LIMIT_MAX: '0' });
  expect(read).toThrow(SettingsError);
  expect(read).toThrowErrorMatchingInlineSnapshot(
    `[SettingsError: settings: PORT must be a whole number from 0 to 65535; LOG_FORMAT must be one of json, text; REDIS_URL must be a URL with redis: or rediss:; RATE_LIMIT_MAX must be a whole number from 1 to 2147483647]`,
  );
});

test('an empty DATABASE_APP_ROLE means no role, a missing one the default', () => {
  expect(readSettings({ DATABASE_APP_ROLE: '' }).database.role).toBe('');
});

test('OTEL_SERVICE_NAME is stronger than SERVICE_NAME', () => {
  expect(readSettings({ SERVICE_NAME: 'a', OTEL_SERVICE_NAME: 'b' }).serviceName).toBe('b');
});

test('limits can be switched off', () => {
  expect(readSettings({ RATE_LIMIT_ENABLED: 'false' }).rateLimit.enabled).toBe(false);
});

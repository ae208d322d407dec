import { describe, expect, it } from 'vitest';
import { createHostGuard } from './own-host.ts';

describe('createHostGuard', () => {
  const bound = createHostGuard('127.0.0.1');
  const container = createHostGuard('0.0.0.0', ['meatymusic-telemetry']);

  it.each([
    'localhost:4318',
    'LOCALHOST',
    'localhost.:4318',
    'app.localhost:4318',
    '127.0.0.1:4318',
    '127.0.0.2',
    '[::1]:4318',
  ])('takes %s for this machine', (host) => {
    expect(bound(host)).toBe(true);
    expect(container(host)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'evil.example:4318',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example:4318:127.0.0.1',
    'localhost@evil.example',
    'localhost, evil.example',
    '[::1].evil.example',
  ])('takes %s for another', (host) => {
    expect(bound(host)).toBe(false);
    expect(container(host)).toBe(false);
  });

  it('knows the name of its service and, bound to all of them, each address', () => {
    for (const host of ['meatymusic-telemetry:4318', '172.18.0.5:4318', '[fd00::5]:4318']) {
      expect(container(host)).toBe(true);
      expect(bound(host)).toBe(false);
    }
    expect(createHostGuard('192.0.2.7')('192.0.2.7:4318')).toBe(true);
  });
});

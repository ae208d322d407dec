import { expect, test } from 'vitest';
import { serviceUrl } from './service-url.ts';

test.each([
  ['http://api:8000', '/health', 'http://api:8000/health'],
  ['http://api:8000/', '/health', 'http://api:8000/health'],
  ['http://api:8000/v1', '/health', 'http://api:8000/v1/health'],
  ['http://api:8000/v1/', 'health?deep=1', 'http://api:8000/v1/health?deep=1'],
  ['http://api:8000/v1//', '/health', 'http://api:8000/v1/health'],
  ['http://api:8000', '/login?next=http://web/', 'http://api:8000/login?next=http://web/'],
  ['http://api:8000/v1', '//health', 'http://api:8000/v1/health'],
  ['http://api:8000/v1', 'songs//1', 'http://api:8000/v1/songs//1'],
  ['http://api:8000/a/b', '/', 'http://api:8000/a/b/'],
  ['http://api:8000/v1', 'http://admin:9000/health', 'http://admin:9000/health'],
])('below %s, %s is %s', (url, path, address) => {
  expect(serviceUrl({ url }, path)).toBe(address);
});

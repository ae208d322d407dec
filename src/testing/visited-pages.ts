import { ProbeError } from '../check/index.ts';

export const lost = new ProbeError(
  'ERR_CONNECTION_REFUSED',
  'http://localhost:3000/: ERR_CONNECTION_REFUSED',
);

export const notLoaded = {
  when: 'the browser cannot load it',
  code: 'not-loaded',
  actual: /ERR_CONNECTION_REFUSED/,
} as const;

export const skipped = {
  when: 'there is no browser',
  reason: /no browser/,
  enable: 'apt-get install chromium',
} as const;

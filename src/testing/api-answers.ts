import { ProbeError } from '../check/index.ts';

export const cut = new ProbeError('TRUNCATED', 'the body ended after 3 of 100 bytes');

export const late = new ProbeError('TIMEOUT', 'no response within 4 s');

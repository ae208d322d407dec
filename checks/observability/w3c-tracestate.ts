import { type TraceContextCase, traceContextCheck } from '../../src/suites/index.ts';

const traceparent = '00-{trace}-{span}-01';
const members = (count: number) =>
  Array.from({ length: count }, (_, index) => `k${index}=v${index}`).join(',');

/** W3C Trace Context, section 3.3: a `tracestate` that cannot be read is dropped, and never takes `traceparent` with it. */
const cases: readonly TraceContextCase[] = [
  {
    name: 'two members',
    traceparent,
    tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    expect: 'continue',
  },
  {
    name: 'two headers',
    traceparent,
    tracestate: 'rojo=1',
    again: { name: 'tracestate', value: 'congo=2' },
    expect: 'continue',
  },
  { name: 'spaces between members', traceparent, tracestate: 'rojo=1 , congo=2', expect: 'continue' },
  { name: 'an empty member', traceparent, tracestate: 'rojo=1,,congo=2', expect: 'continue' },
  { name: 'nothing in it', traceparent, tracestate: ' ', expect: 'continue' },
  { name: '32 members', traceparent, tracestate: members(32), expect: 'continue' },
  { name: '33 members', traceparent, tracestate: members(33), expect: 'continue' },
  { name: 'the same key twice', traceparent, tracestate: 'rojo=1,rojo=2', expect: 'continue' },
  { name: 'a key in capitals', traceparent, tracestate: 'ROJO=1', expect: 'continue' },
  { name: 'a key of a tenant', traceparent, tracestate: 'fw529a3039@dt=1', expect: 'continue' },
  { name: 'a key of 257 characters', traceparent, tracestate: `${'k'.repeat(257)}=1`, expect: 'continue' },
  { name: 'a value of 257 characters', traceparent, tracestate: `k=${'v'.repeat(257)}`, expect: 'continue' },
  { name: 'an equals sign in a value', traceparent, tracestate: 'k=a=b', expect: 'continue' },
  { name: 'no equals sign', traceparent, tracestate: 'rojo', expect: 'continue' },
  {
    name: 'a tracestate of 1 kB',
    traceparent,
    tracestate: `k=${'v'.repeat(250)},l=${'v'.repeat(250)},m=${'v'.repeat(250)},n=${'v'.repeat(250)}`,
    expect: 'continue',
  },
  { name: 'no traceparent beside it', traceparent: '', tracestate: 'rojo=1', expect: 'restart' },
];

/** Verifies that no `tracestate`, however broken, keeps the API from going on with a valid trace; and its order, where it is returned. */
export default traceContextCheck({
  title: 'tracestate follows W3C Trace Context',
  failureTitle: 'tracestate does not follow W3C Trace Context',
  why: 'Other vendors keep their state in it: a lost member or a changed order breaks their tracing.',
  header: 'tracestate',
  cases,
  codes: {
    'not-continued': {
      means: 'a tracestate makes the API drop a valid traceparent',
      hint: 'traceparent is valid without it: drop the tracestate alone',
    },
    'order-changed': {
      means: 'the response returns the members in another order',
      hint: 'return the header as it came, with its own member first',
    },
  },
  judge([first]) {
    const returned = first?.response?.headers.tracestate;
    if (returned === undefined || /rojo=00f067aa0ba902b7.*congo=t61rcWkgMzE/.test(returned)) return undefined;
    return { code: 'order-changed', expected: 'rojo=…, congo=…', actual: returned };
  },
});

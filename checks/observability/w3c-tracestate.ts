import { judgeState, stateOf, type TraceContextCase, traceContextCheck } from '../../src/suites/index.ts';

const traceparent = '00-{trace}-{span}-01';
const members = (count: number) =>
  Array.from({ length: count }, (_, index) => `k${index}=v${index}`).join(',');

/** Cases that must be kept as they are: `[name, tracestate]`. */
const kept = [
  ['two members', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
  ['32 members', members(32)],
  ['a key of a tenant', 'fw529a3039@dt=1'],
  ['every character of a key', 'abcdefghijklmnopqrstuvwxyz0123456789_-*/=1'],
  ['a key of 256 characters', `${'k'.repeat(256)}=1`],
  ['a value of 256 characters', `k=${'v'.repeat(256)}`],
  ['punctuation in a value', 'k=!"#$%&\'()*+-./:;<>?@[\\]^_`{|}~'],
  ['a space within a value', 'k=a b'],
  ['512 characters', `k=${'v'.repeat(253)},l=${'v'.repeat(254)}`],
].map(([name, tracestate]) => ({ name, tracestate, state: tracestate }));

/** Cases of which the API may keep what is valid: `[name, tracestate]`. */
const partly = [
  ['nothing in it', ' '],
  ['33 members', members(33)],
  ['the same key twice', 'rojo=1,rojo=2'],
  ['a key in capitals', 'ROJO=1'],
  ['a key with a space', 'ro jo=1'],
  ['a key with a dot', 'ro.jo=1'],
  ['a key that begins with a digit, as in level 2', '1a=1'],
  ['a key with two at signs, as in level 2', 'a@b@c=1'],
  ['a key that begins with an at sign', '@dt=1'],
  ['a key that is empty', '=1'],
  ['a key of 257 characters', `${'k'.repeat(257)}=1`],
  ['a value of 257 characters', `k=${'v'.repeat(257)}`],
  ['a value that is empty', 'k='],
  ['an equals sign in a value', 'k=a=b'],
  ['no equals sign', 'rojo'],
  ['a semicolon between members', 'rojo=1;congo=2'],
  [
    'a tracestate of 1 kB',
    `k=${'v'.repeat(250)},l=${'v'.repeat(250)},m=${'v'.repeat(250)},n=${'v'.repeat(250)}`,
  ],
].map(([name, tracestate]) => ({ name, tracestate }));

/** W3C Trace Context, section 3.3: a `tracestate` that cannot be read is dropped, and never takes `traceparent` with it. */
const cases: readonly TraceContextCase[] = [
  ...([...kept, ...partly].map((each) => ({
    ...each,
    traceparent,
    expect: 'continue' as const,
  })) as TraceContextCase[]),
  {
    name: 'two headers',
    traceparent,
    tracestate: 'rojo=1',
    again: { name: 'tracestate', value: 'congo=2' },
    expect: 'continue',
    state: 'rojo=1,congo=2',
  },
  {
    name: 'spaces and tabs between members',
    traceparent,
    tracestate: 'rojo=1 \t, congo=2',
    expect: 'continue',
    state: 'rojo=1,congo=2',
  },
  {
    name: 'an empty member',
    traceparent,
    tracestate: 'rojo=1,,congo=2',
    expect: 'continue',
    state: 'rojo=1,congo=2',
  },
  {
    name: 'the name TraceState',
    traceparent,
    tracestate: 'rojo=1',
    as: { tracestate: 'TraceState' },
    expect: 'continue',
    state: 'rojo=1',
  },
  {
    name: 'another name, trace-state',
    traceparent,
    tracestate: 'rojo=1',
    as: { tracestate: 'trace-state' },
    expect: 'continue',
    state: '',
  },
  { name: 'no traceparent beside it', traceparent: '', tracestate: 'rojo=1', expect: 'restart' },
  {
    name: 'a malformed traceparent beside it',
    traceparent: '00-{trace}-{span}-1',
    tracestate: 'rojo=1',
    expect: 'restart',
  },
];

/**
 * Verifies that no `tracestate`, however broken, keeps the API from continuing a valid trace, that it keeps valid members
 * in their order, and no others.
 */
export default traceContextCheck({
  title: 'tracestate is kept where it is valid, and never breaks a trace',
  failureTitle: 'tracestate is not treated as W3C Trace Context requires',
  why: 'Other vendors keep their state in it: a lost member or a changed order breaks their tracing.',
  header: 'tracestate',
  cases,
  codes: {
    'not-continued': {
      headline: 'A trace with a tracestate is not continued',
      means: 'a tracestate makes the API drop a valid traceparent',
      hint: 'traceparent is valid without it: drop the tracestate alone',
    },
    'state-lost': {
      headline: 'A valid tracestate is lost',
      means: 'valid members of a tracestate are dropped',
      hint: 'use the W3C propagator of your SDK, and keep the trace state of the parent in the sampler and in outgoing calls',
    },
    'order-changed': {
      headline: 'The order of tracestate is changed',
      means: 'the members of a tracestate are in a different order',
      hint: 'keep the header as received, with your own member first',
    },
    'invalid-kept': {
      headline: 'An invalid tracestate is kept',
      means: 'a tracestate beyond the limits, or with an illegal member, is kept',
      hint: 'W3C Trace Context allows at most 32 members, each key once, with valid keys and values: drop what is invalid, or the whole header',
    },
    'state-without-trace': {
      headline: 'A tracestate is kept without its trace',
      means: 'a tracestate is kept although its traceparent is missing or malformed',
      hint: 'drop tracestate where no traceparent is continued',
    },
  },
  sabotage: [
    {
      name: 'tracestate never arrives',
      code: 'state-lost',
      kind: 'http',
      service: 'api',
      change: { removeRequestHeaders: ['tracestate'] },
    },
    { name: 'members in reverse', code: 'order-changed', kind: 'spans', change: 'reverse-state' },
    {
      name: 'an illegal member in every tracestate',
      code: 'invalid-kept',
      kind: 'spans',
      change: 'illegal-state',
    },
    {
      name: 'a tracestate where none may be',
      code: 'state-without-trace',
      kind: 'spans',
      change: 'kept-state',
    },
  ],
  judge(seen) {
    const wrong = seen.map(judgeState).find(Boolean);
    if (wrong) return { wrong };
    const states = seen.filter((each) => stateOf(each) !== undefined).length;
    if (states > 0) return { judged: [{ count: states, what: 'tracestates' }] };
    return {
      skip: {
        reason: `no tracestate breaks a trace (${seen.length} headers); what the API keeps of it cannot be seen: not in its spans, nor in its response`,
        enable:
          'let the API print its spans and set services.api.log, or send them to the receiver of verify',
      },
    };
  },
});

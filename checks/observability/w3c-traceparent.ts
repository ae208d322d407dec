import {
  judgeParent,
  keepsRandomFlag,
  type TraceContextCase,
  traceContextCheck,
} from '../../src/suites/index.ts';

const valid = '{trace}-{span}';

/** W3C Trace Context, section 3.2: which headers continue a trace, and which must be ignored. */
const cases: readonly TraceContextCase[] = [
  { name: 'version 00, sampled', traceparent: `00-${valid}-01`, expect: 'continue' },
  { name: 'version 00, not sampled', traceparent: `00-${valid}-00`, expect: 'continue' },
  { name: 'the random flag of level 2', traceparent: `00-${valid}-03`, expect: 'continue' },
  {
    name: 'the name Traceparent',
    traceparent: `00-${valid}-01`,
    as: { traceparent: 'Traceparent' },
    expect: 'continue',
  },
  {
    name: 'the name TRACEPARENT',
    traceparent: `00-${valid}-01`,
    as: { traceparent: 'TRACEPARENT' },
    expect: 'continue',
  },
  { name: 'white space around it', traceparent: ` \t00-${valid}-01\t `, expect: 'continue' },
  {
    name: 'another name, trace-parent',
    traceparent: `00-${valid}-01`,
    as: { traceparent: 'trace-parent' },
    expect: 'restart',
  },
  {
    name: 'another name, trace.parent',
    traceparent: `00-${valid}-01`,
    as: { traceparent: 'trace.parent' },
    expect: 'restart',
  },
  { name: 'unknown flags', traceparent: `00-${valid}-ff`, expect: 'continue' },
  { name: 'a later version', traceparent: `cc-${valid}-01`, expect: 'continue' },
  {
    name: 'a later version with more fields',
    traceparent: `cc-${valid}-01-what-the-future-will-be`,
    expect: 'continue',
  },
  {
    name: 'a later version with text behind its flags',
    traceparent: `cc-${valid}-01.what-the-future-will-be`,
    expect: 'restart',
  },
  { name: 'version ff', traceparent: `ff-${valid}-01`, expect: 'restart' },
  { name: 'version 00 with more fields', traceparent: `00-${valid}-01-what`, expect: 'restart' },
  { name: 'version 00 and a dash at the end', traceparent: `00-${valid}-01-`, expect: 'restart' },
  { name: 'a version of one digit', traceparent: `0-${valid}-01`, expect: 'restart' },
  { name: 'a version of three digits', traceparent: `000-${valid}-01`, expect: 'restart' },
  { name: 'a version that is no number', traceparent: `q0-${valid}-01`, expect: 'restart' },
  { name: 'a trace ID of zeros', traceparent: `00-${'0'.repeat(32)}-{span}-01`, expect: 'restart' },
  { name: 'a trace ID that is too long', traceparent: '00-{trace}0-{span}-01', expect: 'restart' },
  { name: 'a trace ID that is too short', traceparent: `00-${'1'.repeat(31)}-{span}-01`, expect: 'restart' },
  { name: 'a trace ID with a dot', traceparent: `00-.${'1'.repeat(31)}-{span}-01`, expect: 'restart' },
  { name: 'a trace ID in capitals', traceparent: `00-${'ABCDEF12'.repeat(4)}-{span}-01`, expect: 'restart' },
  { name: 'a parent ID of zeros', traceparent: `00-{trace}-${'0'.repeat(16)}-01`, expect: 'restart' },
  { name: 'a parent ID that is too long', traceparent: '00-{trace}-{span}0-01', expect: 'restart' },
  {
    name: 'a parent ID that is too short',
    traceparent: `00-{trace}-${'1'.repeat(15)}-01`,
    expect: 'restart',
  },
  { name: 'a parent ID with a dot', traceparent: `00-{trace}-.${'1'.repeat(15)}-01`, expect: 'restart' },
  { name: 'flags of one digit', traceparent: `00-${valid}-1`, expect: 'restart' },
  { name: 'flags of three digits', traceparent: `00-${valid}-001`, expect: 'restart' },
  { name: 'flags that are no number', traceparent: `00-${valid}-.0`, expect: 'restart' },
  { name: 'nothing in it', traceparent: '-', expect: 'restart' },
  {
    name: 'two headers',
    traceparent: `00-${valid}-01`,
    again: { name: 'traceparent', value: `00-${'2'.repeat(32)}-{span}-01` },
    expect: 'restart',
  },
  {
    name: 'the same header twice',
    traceparent: `00-${valid}-01`,
    again: { name: 'traceparent', value: `00-${valid}-01` },
    expect: 'restart',
  },
  { name: 'a version in capitals', traceparent: `CC-${valid}-01`, expect: 'restart' },
  { name: 'white space within', traceparent: `00- ${valid}-01`, expect: 'restart' },
  { name: 'two values', traceparent: `00-${valid}-01, 00-${'2'.repeat(32)}-{span}-01`, expect: 'restart' },
];

/**
 * Verifies that the API continues the trace of each valid `traceparent` with a span of its own below the sent one, and
 * ignores each malformed header.
 */
export default traceContextCheck({
  title: 'A valid traceparent continues its trace; a malformed one starts a new trace',
  failureTitle: 'traceparent is not treated as W3C Trace Context requires',
  why: 'A header that is wrongly refused breaks traces between services; one that is wrongly accepted joins unrelated requests.',
  header: 'traceparent',
  cases,
  codes: {
    'not-continued': {
      headline: 'A valid traceparent is not continued',
      means: 'the trace of a valid header is not continued',
      hint: 'register the W3C trace context propagator of your OpenTelemetry SDK',
    },
    'not-ignored': {
      headline: 'An invalid traceparent is continued',
      means: 'a malformed header is taken as if it were valid',
      hint: 'parse traceparent with the propagator of your SDK, not by splitting it at dashes',
    },
    'parent-lost': {
      headline: 'The spans are not children of the traceparent',
      means: 'the span of the API is in the trace, but not below the span that was sent',
      hint: 'start the server span with the extracted context as its parent, not with its trace ID alone',
    },
    'parent-unchanged': {
      headline: 'The API keeps the parent ID of the caller',
      means: 'the API keeps the parent ID of its caller as its own',
      hint: 'give each request a span ID of its own, and send that one on',
    },
    'parent-forwarded': {
      headline: 'The API forwards the parent ID of the caller',
      means: 'the API passes the header on to another service as it came',
      hint: 'inject traceparent into outgoing calls from the active span; do not copy the header of the request',
    },
    'random-flag-lost': {
      headline: 'The random flag of traceparent is lost',
      means: 'the random flag of the caller is not kept (level 2)',
      hint: 'keep bit 2 of the trace flags of the parent; an SDK that does not is judged by level 1',
    },
  },
  sabotage: [
    { name: 'spans without their parents', code: 'parent-lost', kind: 'spans', change: 'orphan' },
    { name: 'spans with the ID of their parent', code: 'parent-unchanged', kind: 'spans', change: 'same-id' },
    {
      name: 'another service continues the same header',
      code: 'parent-forwarded',
      kind: 'spans',
      change: 'second-service',
    },
    {
      name: 'a malformed header is made valid in transit',
      code: 'not-ignored',
      kind: 'http',
      service: 'api',
      change: { repairTraceparent: true },
    },
  ],
  judge(seen, level) {
    const taken = seen.filter(
      (each) => each.expect === 'restart' && each.sent.toLowerCase().includes(each.seen as string),
    );
    const [first] = taken;
    if (first) {
      const expected = `a new trace, with ${first.name} (${first.sent})`;
      const actual = `the API uses ${first.seen}; ${taken.length} of ${seen.length} cases`;
      return { wrong: { code: 'not-ignored', expected, actual } };
    }
    const wrong = seen.map((each) => judgeParent(each, seen)).find(Boolean);
    if (wrong) return { wrong };
    const parents = seen.filter(({ entry, expect }) => entry && expect === 'continue').length;
    const random = seen.filter(({ sent }) => sent.endsWith('-03'));
    if (level === 2 && random.some((each) => keepsRandomFlag(each) === false)) {
      const actual = 'the API has the flags without it';
      return { wrong: { code: 'random-flag-lost', expected: 'flags with bit 2, as in 03', actual } };
    }
    const isFlagSeen = random.some((each) => keepsRandomFlag(each) !== undefined);
    return {
      judged: [{ count: parents, what: 'parents' }],
      unseen: [
        ...(parents === 0 ? ['the parent IDs: no span of the requests was seen'] : []),
        ...(level === 1 ? ['the random flag: required by level 2 alone (option level)'] : []),
        ...(level === 2 && !isFlagSeen ? ['the random flag: no flags of the API were seen'] : []),
        'headers of outgoing calls, except where the called service exports its spans to the same place',
      ],
    };
  },
});

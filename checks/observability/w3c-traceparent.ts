import { type TraceContextCase, traceContextCheck } from '../../src/suites/index.ts';

const valid = '{trace}-{span}';

/** W3C Trace Context, section 3.2: which headers go on with a trace, and which must be taken as if none had come. */
const cases: readonly TraceContextCase[] = [
  { name: 'version 00, sampled', traceparent: `00-${valid}-01`, expect: 'continue' },
  { name: 'version 00, not sampled', traceparent: `00-${valid}-00`, expect: 'continue' },
  { name: 'unknown flags', traceparent: `00-${valid}-ff`, expect: 'continue' },
  { name: 'a later version', traceparent: `cc-${valid}-01`, expect: 'continue' },
  {
    name: 'a later version with more fields',
    traceparent: `cc-${valid}-01-what-the-future-will-be`,
    expect: 'continue',
  },
  {
    name: 'a later version whose flags run on',
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
  { name: 'two values', traceparent: `00-${valid}-01, 00-${'2'.repeat(32)}-{span}-01`, expect: 'restart' },
];

/** Verifies that the API takes `traceparent` as W3C Trace Context has it: what is valid is continued, what is not is ignored. */
export default traceContextCheck({
  title: 'traceparent follows W3C Trace Context',
  failureTitle: 'traceparent does not follow W3C Trace Context',
  why: 'A header that is wrongly refused breaks traces between services; one that is wrongly accepted joins unrelated requests.',
  header: 'traceparent',
  cases,
  codes: {
    'not-continued': {
      means: 'the trace of a valid header is not continued',
      hint: 'register the W3C trace context propagator of your OpenTelemetry SDK',
    },
    'not-ignored': {
      means: 'a malformed header is taken as if it were valid',
      hint: 'parse traceparent with the propagator of your SDK, not by splitting it at dashes',
    },
  },
  judge(seen) {
    const taken = seen.filter((each) => each.expect === 'restart' && each.sent.includes(each.seen as string));
    const [first] = taken;
    return (
      first && {
        code: 'not-ignored',
        expected: `a new trace, with ${first.name} (${first.sent})`,
        actual: `the API uses ${first.seen}; ${taken.length} of ${seen.length} cases`,
      }
    );
  },
});

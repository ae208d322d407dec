import type { ObservedCase } from './trace-context-suite.ts';

/** Keys of level 2, of which those of level 1 are a part. */
const key = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/;
const value = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const mostMembers = 32;

export interface StateProblem {
  code: 'state-lost' | 'order-changed' | 'invalid-kept' | 'state-without-trace';
  expected: string;
  actual: string;
}

/** Returns the members of a tracestate without white space and empty members. */
export function membersOf(tracestate: string): string[] {
  return tracestate
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '');
}

/** The tracestate that the service has for a request: of the span that took it over, else of the response. */
export function stateOf({ entry, response }: ObservedCase): string | undefined {
  return entry?.traceState ?? response?.headers.tracestate;
}

/** Returns how the service treats tracestate other than W3C Trace Context; `undefined` also if it cannot be seen. */
export function judgeState(each: ObservedCase): StateProblem | undefined {
  const state = stateOf(each);
  if (state === undefined) return undefined;
  const kept = membersOf(state);
  const given = membersOf([each.tracestate, again(each)].filter(Boolean).join(','));
  const ours = kept.filter((member) => given.includes(member));
  const actual = `the API has ${state === '' ? 'none' : `"${state.slice(0, 200)}"`}`;
  if (each.expect === 'restart' || each.state === '') {
    if (ours.length === 0) return undefined;
    return { code: 'state-without-trace', expected: `no tracestate, with ${each.name}`, actual };
  }
  const wrong = invalidIn(kept);
  if (wrong) return { code: 'invalid-kept', expected: `${wrong}, with ${each.name}`, actual };
  if (each.state === undefined) return undefined;
  const wanted = membersOf(each.state);
  if (wanted.join() === ours.join()) return undefined;
  const isReordered = wanted.length === ours.length && wanted.every((member) => ours.includes(member));
  return {
    code: isReordered ? 'order-changed' : 'state-lost',
    expected: `tracestate ${wanted.join(',').slice(0, 200)}, with ${each.name}`,
    actual,
  };
}

function again({ again: second }: ObservedCase): string | undefined {
  return second?.name === 'tracestate' ? second.value : undefined;
}

function invalidIn(members: readonly string[]): string | undefined {
  if (members.length > mostMembers) return `at most ${mostMembers} members`;
  const keys = members.map((member) => member.slice(0, Math.max(0, member.indexOf('='))));
  if (new Set(keys).size < keys.length) return 'each key once';
  const isValid = (member: string, index: number) =>
    key.test(keys[index] as string) && value.test(member.slice((keys[index] as string).length + 1));
  return members.every(isValid) ? undefined : 'no member with an illegal key or value';
}

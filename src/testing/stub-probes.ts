/** Fakes of probes that answer only what a real service would: any other call throws, which fails the test. */
import { isDeepStrictEqual } from 'node:util';
import type { HttpRequest, HttpResponse } from '../check/probes.ts';

/** The answer to a call, or a function of it. */
export type Answer<Call, Result> = Result | Error | ((call: Call) => Result | Error);

/** Fields that a call must have: a pattern is matched, an object needs these fields at least, any other value is equal. */
type Fields = object;

/** Returns a fake that answers by the first case that fits the call, and throws a `TypeError` where none does. */
// biome-ignore lint/suspicious/noExplicitAny: the probe whose method it fakes knows the type of the call
export function answers<Result, Call = any>(...cases: [fields: Fields, answer: Answer<Call, Result>][]) {
  return (call: Call): Result | Error => {
    const fitting = cases.find(([fields]) => fits(call, fields));
    if (!fitting) {
      const known = cases.map(([fields]) => show(fields)).join(' or ');
      throw new TypeError(`asked for ${show(call)}, and the service answers ${known} alone`);
    }
    return answerOf(fitting[1], call);
  };
}

/** Returns the answer to a call. */
export function answerOf<Call, Result>(answer: Answer<Call, Result>, call: Call): Result | Error {
  return typeof answer === 'function' ? (answer as (call: Call) => Result | Error)(call) : answer;
}

function fits(found: unknown, wanted: unknown): boolean {
  if (wanted instanceof RegExp) return typeof found === 'string' && wanted.test(found);
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted))
    return isDeepStrictEqual(found, wanted);
  if (typeof found !== 'object' || found === null) return false;
  return Object.entries(wanted).every(([key, value]) => fits((found as Record<string, unknown>)[key], value));
}

function show(value: unknown): string {
  const text = JSON.stringify(value, (_, each) => (each instanceof RegExp ? `${each}` : each));
  return text.length > 1000 ? `${text.slice(0, 1000)}…` : text;
}

export type HttpAnswer = Answer<HttpRequest, HttpResponse>;

/**
 * Probes whose HTTP serves these routes alone: `GET /health` of the API, or `GET http://localhost:3000/`; a `*` at the end
 * matches any rest. `needed` is what each request must have besides.
 */
export function serving(routes: Record<string, HttpAnswer>, needed: Fields = {}) {
  const cases = Object.entries(routes).map(([route, answer]): [Fields, HttpAnswer] => {
    const [method, address = ''] = route.split(' ');
    const url = address.startsWith('/') ? `http://localhost:8000${address}` : address;
    const start = url.slice(0, -1).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return [{ ...needed, method, url: url.endsWith('*') ? new RegExp(`^${start}`) : url }, answer];
  });
  const answer = answers(...cases);
  return {
    http: { request: (request: HttpRequest) => answer({ method: 'GET', ...request }) },
  };
}

/** A service that a check can stop and start again, once each. */
export function stoppable(service: string) {
  let isRunning = true;
  const change = (to: boolean) =>
    answers<{ durationMs: number }>([
      { service },
      () => {
        if (isRunning === to) throw new TypeError(`${service} already is ${to ? 'running' : 'stopped'}`);
        isRunning = to;
        return { durationMs: 1 };
      },
    ]);
  return {
    control: {
      available: answers([{ service }, { available: true }]),
      stop: change(false),
      start: change(true),
    },
    isRunning: () => isRunning,
  };
}

/** The control probe of a stack whose services something else runs. */
export const notStoppable = (service: string) => ({
  control: { available: answers([{ service }, { available: false, enable: 'meatymusic up' }]) },
});

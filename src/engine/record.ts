import { codeOf, messageOf } from '../base/errors.ts';
import { excerpt } from '../base/safe-text.ts';
import { maskHeader } from '../base/secret-places.ts';
import { UndeclaredEffect } from '../check/effects.ts';
import type { Json } from '../check/json.ts';
import { requestName } from '../check/page-lines.ts';
import {
  type BrowserVisit,
  outOfTimeCode,
  ProbeError,
  type ProbeName,
  type Probes,
} from '../check/probes.ts';
import type { OpenedProbes, OpenProbes } from './attempt.ts';
import { redactDeep } from './redact-deep.ts';

/** A call of a probe, and its answer. */
export interface RecordedCall {
  probe: string;
  method: string;
  /** The plain data that it was called with. */
  args: Json;
  /** Absent, as `error` is: there was no answer when the attempt ended. */
  result?: Json;
  error?: { code: string; message: string; details?: Record<string, string> };
}

export interface Recording {
  checkId: string;
  attempt: number;
  calls: RecordedCall[];
}

const undeclared = 'UNDECLARED_EFFECT';

type AnyProbe = Record<string, unknown>;
type Method = (...args: unknown[]) => Promise<unknown>;

/** Makes the same probes and writes down every call; `save` is called when an attempt is over. */
export function recordProbes(
  open: OpenProbes,
  save: (recording: Recording) => Promise<void> | void,
): OpenProbes {
  return async (scope) => {
    const opened = await open(scope);
    const calls: RecordedCall[] = [];
    return {
      ...opened,
      probes: mapProbes(opened.probes, (probe, method, call) => async (...args) => {
        const record: RecordedCall = { probe, method, args: recorded(probe, args) };
        calls.push(record);
        try {
          const result = await call(...args);
          record.result = recorded(probe, result);
          return result;
        } catch (error) {
          const details = error instanceof ProbeError ? { ...error.details } : {};
          record.error = { code: codeOf(error) ?? 'UNKNOWN', message: messageOf(error), details };
          throw error;
        }
      }),
      async close() {
        try {
          await opened.close();
        } finally {
          await save({ checkId: scope.check.id, attempt: scope.number, calls });
        }
      },
    };
  };
}

/**
 * Answers from a recording and from nothing else: the same question gets the same answers in the same order. `redact`
 * is applied to a question before it is looked up, because it was when the recording was stored.
 */
export function replayProbes(
  recordingOf: (checkId: string) => Promise<Recording | undefined>,
  redact: (text: string) => string,
): OpenProbes {
  return async ({ check, hinder, outOfTime }): Promise<OpenedProbes> => {
    const recording = await recordingOf(check.id);
    const answers = new Map<string, RecordedCall[]>();
    for (const call of recording?.calls ?? []) {
      const key = keyOf(call.probe, call.method, call.args);
      answers.set(key, [...(answers.get(key) ?? []), call]);
    }
    const answer = async (probe: string, method: string, args: unknown[]): Promise<unknown> => {
      const asked = redactDeep(recorded(probe, args), redact);
      const queue = answers.get(keyOf(probe, method, asked));
      // A check that polls may ask once more than it did; it gets the last answer again.
      const call = queue && queue.length > 1 ? queue.shift() : queue?.[0];
      if (!call) {
        const question = `${probe}.${method}(${excerpt(JSON.stringify(asked).slice(1, -1), 200)})`;
        throw new ProbeError('NOT_RECORDED', `the bundle holds no answer to ${question}`);
      }
      if (call.error?.code === undeclared) throw new UndeclaredEffect(call.error.message);
      if (call.error?.code === outOfTimeCode) outOfTime(call.error.message);
      if (call.error) throw new ProbeError(call.error.code, call.error.message, call.error.details);
      // There was none when the attempt ended; the engine ends this one as well.
      if (!('result' in call)) return new Promise(() => {});
      const blocked = blockedIn(call.result);
      if (blocked) hinder(blocked);
      return structuredClone(call.result);
    };
    const probes = Object.fromEntries(check.needs.map((name) => [name, replayed(name, answer)]));
    return { probes: probes as Partial<Probes>, close() {} };
  };
}

/** What the recorded run kept a page from sending. */
function blockedIn(result: unknown): string | undefined {
  const { requests } = (result ?? {}) as Partial<BrowserVisit>;
  const blocked = Array.isArray(requests) ? requests.find((request) => request.blocked) : undefined;
  return blocked && requestName(blocked);
}

function replayed(
  name: ProbeName,
  answer: (probe: string, method: string, args: unknown[]) => Promise<unknown>,
): AnyProbe {
  return new Proxy({} as AnyProbe, {
    get: (_, method) =>
      typeof method === 'symbol' || method === 'then' || method === 'close'
        ? undefined
        : (...args: unknown[]) => answer(name, method, args),
  });
}

function mapProbes(
  probes: Partial<Probes>,
  wrap: (probe: string, method: string, call: Method) => Method,
): Partial<Probes> {
  const wrapped = Object.entries(probes).map(([name, probe]) => {
    const methods = Object.entries(probe as unknown as AnyProbe).map(([method, call]) => [
      method,
      typeof call === 'function' ? wrap(name, method, call.bind(probe) as Method) : call,
    ]);
    return [name, Object.fromEntries(methods)];
  });
  return Object.fromEntries(wrapped) as Partial<Probes>;
}

function keyOf(probe: string, method: string, args: unknown): string {
  return `${probe}.${method}:${JSON.stringify(args)}`;
}

/** What is kept of a question or an answer: headers of HTTP without credentials. */
function recorded(probe: string, value: unknown): Json {
  return probe === 'http' ? withoutCredentials(plain(value)) : plain(value);
}

/** Headers are members of an object, or pairs in a list. */
function withoutCredentials(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const [name, text] = value;
    return value.length === 2 && typeof name === 'string' && typeof text === 'string'
      ? [name, maskHeader(name, text)]
      : value.map(withoutCredentials);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      typeof item === 'string' ? maskHeader(name, item) : withoutCredentials(item),
    ]),
  );
}

/** What JSON keeps of it: a bundle is text. */
function plain(value: unknown): Json {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as Json);
}

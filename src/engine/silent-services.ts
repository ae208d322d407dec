import type { Check } from '../check/define-check.ts';
import type { Evidence } from '../check/evidence.ts';
import type { ProbeName } from '../check/probes.ts';
import type { Fail } from '../check/verdict.ts';
import type { Blocked } from './forced-outcomes.ts';
import type { Outcome } from './outcome.ts';

/** Why a service does not answer, and what to do next. */
export interface Silence {
  reason: string;
  hint: string;
}

/** Asks a service for any answer. Resolves to `undefined` where it answers, or cannot be asked. Never rejects. */
export type AskService = (service: string) => Promise<Silence | undefined>;

/** Finds services that stop answering in the middle of a run: one check fails for it, the others are blocked by that one. */
export interface SilentServices {
  /** Returns the verdict of a check that would talk to a silent service; `undefined`: it may run. */
  verdictBefore(check: Check): Blocked | undefined;
  /** Returns the final outcome of a check, as a promise where a service has to be asked first. */
  verdictAfter(check: Check, outcome: Outcome): Outcome | Blocked | Promise<Outcome | Blocked>;
}

export function findSilentServices(ask: AskService | undefined, now: () => number): SilentServices {
  /** The check that found the service silent, by service. */
  const roots = new Map<string, string>();
  const asked = new Map<string, Promise<Silence | undefined>>();
  const lastAnswer = new Map<string, string>();

  function verdictBefore(check: Check): Blocked | undefined {
    const found = [...new Set(partnersOf(check).flatMap((service) => roots.get(service) ?? []))];
    return found.length > 0 ? { status: 'blocked', blockedBy: found } : undefined;
  }

  function verdictAfter(check: Check, outcome: Outcome): Outcome | Blocked | Promise<Outcome | Blocked> {
    if (!ask) return outcome;
    if (outcome.status === 'fail' && isWithoutAnswer(outcome)) {
      return verdictBefore(check) ?? askAll(check, outcome, ask);
    }
    if (outcome.status === 'pass' || outcome.status === 'fail') {
      const time = new Date(now()).toISOString();
      for (const service of partnersOf(check))
        lastAnswer.set(service, `after ${check.id} had its answer at ${time}`);
    }
    return outcome;
  }

  async function askAll(check: Check, outcome: Fail, ask: AskService): Promise<Outcome | Blocked> {
    const services = partnersOf(check);
    const silences = await Promise.all(services.map((service) => askOnce(service, ask)));
    const blocked = verdictBefore(check);
    if (blocked) return blocked;
    let judged = outcome;
    services.forEach((service, index) => {
      const silence = silences[index];
      if (!silence) return;
      roots.set(service, check.id);
      judged = { ...judged, actual: withSilence(judged.actual, service, silence), hint: silence.hint };
    });
    return judged;
  }

  /** Adds that the service is silent, and the reason where the check did not find the same. */
  function withSilence(actual: string, service: string, { reason }: Silence): string {
    const since = lastAnswer.get(service);
    const isKnown = actual.includes(reason);
    if (isKnown && !since) return actual;
    const what = since ? `${service} stopped answering, ${since}` : `${service} answers nothing`;
    return `${actual}; ${what}${isKnown ? '' : `: ${reason}`}`;
  }

  /** Checks that fail at the same time share one question. */
  function askOnce(service: string, ask: AskService): Promise<Silence | undefined> {
    const running = asked.get(service);
    if (running) return running;
    const answer = ask(service).finally(() => asked.delete(service));
    asked.set(service, answer);
    return answer;
  }

  return { verdictBefore, verdictAfter };
}

/** Probes that fail with the service; the others read what it has left behind. */
const talking: ReadonlySet<ProbeName> = new Set(['http', 'browser', 'postgres', 'redis', 'tcp', 'tls']);

function partnersOf({ needs, uses = [] }: Pick<Check, 'needs' | 'uses'>): readonly string[] {
  return needs.some((name) => talking.has(name)) ? uses : [];
}

const codesWithoutAnswer: ReadonlySet<string> = new Set(['timeout', 'unreachable']);

function isWithoutAnswer({ code, evidence }: Fail): boolean {
  return codesWithoutAnswer.has(code) || evidence.some(showsNoResponse);
}

function showsNoResponse(evidence: Evidence): boolean {
  return evidence.kind === 'http' && evidence.exchange.error !== undefined;
}

import type { Evidence } from '../check/evidence.ts';
import { type Exchanged, exchange, fact } from '../check/exchange.ts';
import type { HttpProbe, HttpRequest, HttpResponse, IdsProbe } from '../check/probes.ts';
import { codeOfAnswer, type EndpointCode, noToken, withToken } from './endpoint-answer.ts';
import { type AnnouncedLimit, announcedLimit, retryAfterSeconds } from './rate-limit-headers.ts';

export type LimitCode =
  | Exclude<EndpointCode, 'rate-limited'>
  | 'no-limit'
  | 'no-retry-after'
  | 'bad-retry-after'
  | 'too-early'
  | 'other-limit'
  | 'wrong-status';

export type JudgedLimit = { evidence: Evidence[] } & (
  | { status: 'pass'; summary: string; requests: number }
  | { status: 'fail'; code: LimitCode; actual: string }
  | { status: 'skip'; reason: string; enable?: string }
);

export interface LimitOptions {
  /** Statuses of a request that is let through; none: 2xx and 3xx. */
  statuses: readonly number[];
  maxRequests: number;
  minimum: number;
}

interface Probes {
  http: HttpProbe;
  ids: IdsProbe;
  remainingMs(): number;
}

/** Time that is left for the verdict after a wait, in milliseconds. */
const reserveMs = 2_000;

/** Sends a request until it is refused with 429, and judges the refusal and its limit. */
export function judgeLimit(
  probes: Probes,
  request: HttpRequest,
  options: LimitOptions,
): Promise<JudgedLimit> {
  return new LimitScan(probes, request, options).run();
}

class LimitScan {
  readonly #probes: Probes;
  readonly #options: LimitOptions;
  #request: HttpRequest;
  /** A loopback address that no other client has; unset where the API sees another one. */
  #ownAddress: string | undefined;
  #evidence: Evidence[] = [];
  #allowed = 0;
  #waited = false;
  /** Status of the requests without a token that the endpoint refuses, while a limit may still follow. */
  #unauthorized = false;
  #last: AnnouncedLimit = {};
  /** Requests that became available again while this scan ran. */
  #refilled = 0;

  constructor(probes: Probes, request: HttpRequest, options: LimitOptions) {
    this.#probes = probes;
    this.#request = request;
    this.#options = options;
  }

  async run(): Promise<JudgedLimit> {
    this.#ownAddress = await this.#chooseAddress();
    while (this.#allowed < this.#options.maxRequests) {
      const asked = await this.#send();
      const { response } = asked;
      if (!response) return this.#fail(codeOfAnswer(asked) as LimitCode, asked.actual);
      if (response.status === 429) {
        const judged = await this.#judgeRefusal(response);
        if (judged) return judged;
      } else {
        const problem = await this.#judgeAllowed(response);
        if (problem) return problem;
      }
    }
    return this.#judgeNoRefusal();
  }

  async #chooseAddress(): Promise<string | undefined> {
    const { hostname } = new URL(this.#request.url);
    if (hostname !== 'localhost' && !hostname.startsWith('127.')) return undefined;
    const uuid = await this.#probes.ids.uuid();
    const part = (at: number) => 1 + (Number.parseInt(uuid.slice(at, at + 2), 16) % 250);
    return `127.${part(0)}.${part(2)}.${part(4)}`;
  }

  async #send(): Promise<Exchanged> {
    const { http } = this.#probes;
    const own = this.#ownAddress;
    const request = own ? { ...this.#request, fromAddress: own } : this.#request;
    const asked = await exchange(http, request, `request ${this.#allowed + 1}`);
    // The system has no such address, or the API listens on IPv6 alone.
    const isFirst = this.#evidence.length === 0;
    if (own && isFirst && asked.failure && asked.failure.code !== 'TIMEOUT') {
      this.#ownAddress = undefined;
      return this.#send();
    }
    this.#evidence = [...this.#evidence.slice(0, 1), asked.evidence];
    return asked;
  }

  async #judgeAllowed(response: HttpResponse): Promise<JudgedLimit | undefined> {
    const { status, headers } = response;
    const { statuses } = this.#options;
    const isLetThrough = statuses.length > 0 ? statuses.includes(status) : status < 400;
    if (!isLetThrough && status === 401 && !this.#unauthorized && !this.#request.headers?.authorization) {
      const { available, token } = await this.#probes.ids.token({ kind: 'valid' });
      if (available) {
        this.#request = withToken(this.#request, token);
        return undefined;
      }
      this.#unauthorized = true;
    }
    if (!isLetThrough && !(status === 401 && this.#unauthorized)) {
      const code = status === 405 ? 'no-endpoint' : codeOfAnswer({ response });
      return this.#fail(
        (code as LimitCode | undefined) ?? 'wrong-status',
        `it answers ${status} after ${this.#allowed} requests`,
      );
    }
    this.#allowed++;
    const now = announcedLimit(headers);
    const { remaining } = this.#last;
    if (remaining !== undefined && now.remaining !== undefined) {
      this.#refilled += Math.max(0, now.remaining - Math.max(0, remaining - 1));
    }
    this.#last = { ...this.#last, ...now };
    return undefined;
  }

  /** Resolves to nothing where the window was used up before, and the next one was awaited. */
  async #judgeRefusal({ headers }: HttpResponse): Promise<JudgedLimit | undefined> {
    const retryAfter = headers['retry-after'];
    if (retryAfter === undefined) {
      return this.#fail('no-retry-after', `429 after ${this.#allowed} requests, without Retry-After`);
    }
    const announced = this.#mostNarrow(announcedLimit(headers));
    const { seconds, problem } = retryAfterSeconds(retryAfter, await this.#probes.ids.now(), announced);
    if (seconds === undefined) {
      return this.#fail('bad-retry-after', `429 with Retry-After: ${retryAfter.slice(0, 100)}: ${problem}`);
    }
    if (this.#allowed < this.#options.minimum) return this.#judgeEarly(seconds, announced);
    const contradiction = this.#contradiction(announced);
    if (contradiction) return this.#fail('other-limit', contradiction);
    const { limit } = announced;
    const named = limit === undefined || limit === this.#allowed ? '' : `; the answers name ${limit}`;
    const unauthorized = this.#unauthorized ? ', each answered with 401' : '';
    const left = await this.#leaveWindow(seconds);
    return {
      status: 'pass',
      summary: `429 after ${this.#allowed} requests${unauthorized}, Retry-After: ${retryAfter}${named}${left}`,
      requests: this.#allowed + 1,
      evidence: [...this.#evidence, fact('client', this.#ownAddress ?? 'the default address')],
    };
  }

  /** Returns the limit that the refusal and the answers before it name, the smaller one where they differ. */
  #mostNarrow(refusal: AnnouncedLimit): AnnouncedLimit {
    const limits = [this.#last.limit, refusal.limit].filter((limit) => limit !== undefined);
    return { ...this.#last, ...refusal, ...(limits.length > 0 ? { limit: Math.min(...limits) } : {}) };
  }

  async #judgeEarly(seconds: number, { limit }: AnnouncedLimit): Promise<JudgedLimit | undefined> {
    const { minimum } = this.#options;
    const { ids, remainingMs } = this.#probes;
    const isLower = limit !== undefined && limit < minimum;
    if (!this.#waited && !isLower && seconds * 1000 + reserveMs < remainingMs()) {
      // The window was used up before: the next one is used from its start.
      this.#waited = true;
      this.#allowed = 0;
      this.#refilled = 0;
      this.#last = {};
      await ids.pause({ ms: seconds * 1000 + 100 });
      return undefined;
    }
    if (this.#waited || isLower) return this.#fail('too-early', `429 after ${this.#allowed} requests`);
    return {
      status: 'skip',
      reason: `the window was used up before: 429 after ${this.#allowed} requests, Retry-After: ${seconds} s`,
      enable: `verify again in ${Math.ceil(seconds)} s`,
      evidence: this.#evidence,
    };
  }

  /** Other clients may take from the same limit, so fewer requests than it names contradict nothing by themselves. */
  #contradiction({ limit, remaining }: AnnouncedLimit): string | undefined {
    const before = this.#last.remaining;
    if (limit === undefined || limit <= 0) return undefined;
    const allowed = this.#allowed;
    const isKnown = before !== undefined || remaining !== undefined;
    // A bucket that is filled again between two requests names 0 after each of them.
    const unseen = Math.max(1, Math.ceil(limit / 2));
    if (isKnown && allowed > limit + this.#refilled + unseen) {
      return `429 after ${allowed} requests; the answers name ${limit}`;
    }
    if (before !== undefined && before * 2 > limit && before > 1) {
      return `429 after ${allowed} requests, while the answer before named ${before} of ${limit} as remaining`;
    }
    return undefined;
  }

  /** Returns what the used-up window means for other clients, as the end of a summary. */
  async #leaveWindow(seconds: number): Promise<string> {
    const { http, ids, remainingMs } = this.#probes;
    if (this.#ownAddress) {
      const other = await exchange(http, this.#request, 'another client');
      if (other.response?.status !== 429) return '';
      this.#evidence.push(other.evidence);
    }
    if (seconds * 1000 + reserveMs < Math.min(remainingMs(), 10_000)) {
      await ids.pause({ ms: seconds * 1000 + 100 });
      return '; awaited the next window for other clients';
    }
    return `; other clients are refused too for ${Math.ceil(seconds)} s`;
  }

  async #judgeNoRefusal(): Promise<JudgedLimit> {
    const { maxRequests } = this.#options;
    const { limit } = this.#last;
    if (limit !== undefined && limit >= maxRequests) {
      return {
        status: 'skip',
        reason: `the answers name a limit of ${limit}, and this check sends ${maxRequests} requests`,
        enable: `options['ratelimit/limits'].maxRequests: ${limit + 1}`,
        evidence: this.#evidence,
      };
    }
    if (this.#unauthorized) {
      const { enable } = await this.#probes.ids.token({ kind: 'valid' });
      return { status: 'skip', reason: noToken, ...(enable ? { enable } : {}), evidence: this.#evidence };
    }
    return this.#fail('no-limit', `${this.#allowed} requests in a row were let through`);
  }

  #fail(code: LimitCode, actual: string): JudgedLimit {
    return { status: 'fail', code, actual, evidence: this.#evidence };
  }
}

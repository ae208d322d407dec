import type { ServiceName } from '../check/stack.ts';
import { untilAborted } from '../logs/until-aborted.ts';
import type { Runtime } from '../runners/runtime.ts';
import { changeSignal } from './undo.ts';

type Control = NonNullable<Runtime['control']>;

/** Share of one attempt in the outage of the service that its check stops. */
export interface OutageShare {
  /** The runtime's control, which stops and starts that service once for all that share the outage. */
  control: Control;
  /** The attempt is over: no other waits for it any more. */
  leave(): void;
}

/**
 * Attempts that stop the same service at the same time share one outage: it begins when each of them has asked for it or
 * is over, and ends when each has asked for the service again or is over.
 */
export class SharedOutages {
  readonly #outages = new Map<ServiceName, Outage>();
  readonly #control: Control;

  constructor(control: Control) {
    this.#control = control;
  }

  join(service: ServiceName): OutageShare {
    const control = this.#control;
    let outage = this.#outages.get(service);
    if (!outage) {
      outage = new Outage((what) => control[what](service, changeSignal()));
      this.#outages.set(service, outage);
    }
    const { ask, leave } = outage.join();
    const call = (what: Wish) => (name: ServiceName, signal: AbortSignal) =>
      name === service ? untilAborted(ask(what), signal) : control[what](name, signal);
    return {
      control: {
        controls: (name) => control.controls?.(name) ?? true,
        refusal: async (name, signal) => control.refusal?.(name, signal),
        restart: (name, environment, signal) => control.restart(name, environment, signal),
        stop: call('stop'),
        start: call('start'),
      },
      leave,
    };
  }
}

type Wish = 'stop' | 'start';

interface Member {
  /** The last that it asked for. */
  wish?: Wish;
  waiting: { wish: Wish; resolve(): void; reject(reason: unknown): void }[];
}

class Outage {
  readonly #carryOut: (what: Wish) => Promise<void>;
  readonly #members = new Set<Member>();
  #isAway = false;
  #isBusy = false;

  constructor(carryOut: (what: Wish) => Promise<void>) {
    this.#carryOut = carryOut;
  }

  join(): { ask(wish: Wish): Promise<void>; leave(): void } {
    const member: Member = { waiting: [] };
    this.#members.add(member);
    return {
      ask: (wish) =>
        new Promise((resolve, reject) => {
          member.wish = wish;
          member.waiting.push({ wish, resolve, reject });
          this.#proceed();
        }),
      leave: () => {
        this.#members.delete(member);
        this.#proceed();
      },
    };
  }

  /** Carries out what is due, one change at a time. */
  #proceed(): void {
    const due = this.#isBusy ? undefined : this.#due();
    if (!due) return;
    this.#isBusy = true;
    this.#carryOut(due)
      .then(
        () => {
          this.#isAway = due === 'stop';
          this.#answer(due, ({ resolve }) => resolve());
        },
        (error) => this.#answer(due, ({ reject }) => reject(error)),
      )
      .then(() => {
        this.#isBusy = false;
        this.#proceed();
      });
  }

  #due(): Wish | undefined {
    const members = [...this.#members];
    const waits = (wish: Wish) =>
      members.some((member) => member.wish === wish && member.waiting.some((each) => each.wish === wish));
    if (this.#isAway) {
      // One that joined later finds it as it wants it.
      this.#answer('stop', ({ resolve }) => resolve());
      return waits('start') && !members.some(({ wish }) => wish === 'stop') ? 'start' : undefined;
    }
    if (waits('start')) return 'start';
    return waits('stop') && members.every(({ wish }) => wish) ? 'stop' : undefined;
  }

  #answer(wish: Wish, answer: (waiting: Member['waiting'][number]) => void): void {
    for (const member of this.#members) {
      const answered = member.waiting.filter((each) => each.wish === wish);
      member.waiting = member.waiting.filter((each) => each.wish !== wish);
      for (const each of answered) answer(each);
    }
  }
}

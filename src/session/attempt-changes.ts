import { messageOf } from '../base/errors.ts';
import { type PostgresProbe, ProbeError } from '../check/probes.ts';
import type { ServiceName } from '../check/stack.ts';
import type { ServiceControl } from '../probes/index.ts';
import type { Change } from './change.ts';
import type { Ledger, RecordedChange } from './ledger.ts';
import { type ChangeableStack, carryOutUndo } from './undo.ts';

interface OpenChange extends Change {
  recorded: RecordedChange;
  /** The call that makes it was cut off: it may still be under way. */
  isUncertain: boolean;
}

/** All that one attempt of a check changes of the stack: recorded before it is made, undone when the attempt ends. */
export class AttemptChanges {
  readonly #open = new Set<OpenChange>();
  readonly #stack: ChangeableStack;
  readonly #ledger: Ledger;
  readonly #checkId: string;
  #isOver = false;

  constructor(stack: ChangeableStack, ledger: Ledger, checkId: string) {
    this.#stack = stack;
    this.#ledger = ledger;
    this.#checkId = checkId;
  }

  /** Returns the stack's control with records; `onChange` is called at every stop and start. */
  control(control: ServiceControl, onChange: () => void): ServiceControl {
    return {
      ...(control.controls && { controls: (service) => control.controls?.(service) ?? true }),
      ...(control.refusal && { refusal: async (service, signal) => control.refusal?.(service, signal) }),
      stop: async (service, signal) => {
        const change =
          this.#stopped(service) ?? this.#begin(`${service} is stopped`, { kind: 'start', service });
        onChange();
        await control.stop(service, signal);
        change.isUncertain = false;
      },
      start: async (service, signal) => {
        await control.start(service, signal);
        const change = this.#stopped(service);
        if (change) this.#end(change);
        onChange();
      },
    };
  }

  /** Returns the probe with records of sessions that can be undone. */
  postgres(probe: PostgresProbe): PostgresProbe {
    return {
      ...probe,
      session: async ({ undo, ...session }) => {
        if (undo) this.#begin('rows of a check are in the database', { kind: 'sql', steps: undo });
        return probe.session(session);
      },
    };
  }

  /** What is not undone yet, for a person; `undefined` when nothing is. */
  left(): string | undefined {
    const left = [...this.#open].map(({ what }) => what);
    return left.length === 0 ? undefined : `${left.join('; ')}: the next \`meatymusic\` call repairs it`;
  }

  /** Undoes all that is left, the newest first. Rejects with what could not be undone; its record stays. */
  async restore(): Promise<void> {
    this.#isOver = true;
    const problems: string[] = [];
    for (const change of [...this.#open].reverse()) {
      try {
        await carryOutUndo(change.undo, this.#stack, change);
        this.#end(change);
      } catch (error) {
        problems.push(messageOf(error));
      }
    }
    if (problems.length > 0) throw new Error(`${problems.join('; ')}; ${this.left()}`);
  }

  #begin(what: string, undo: Change['undo']): OpenChange {
    if (this.#isOver)
      throw new ProbeError('ATTEMPT_OVER', 'the attempt is over: nothing is changed any more');
    const change: Change = { what: `${what} (${this.#checkId})`, undo };
    const open = { ...change, recorded: this.#record(change), isUncertain: true };
    this.#open.add(open);
    return open;
  }

  #record(change: Change): RecordedChange {
    try {
      return this.#ledger.record(change);
    } catch (error) {
      throw new ProbeError('CHANGE_NOT_RECORDED', messageOf(error));
    }
  }

  #end(change: OpenChange): void {
    change.recorded.remove();
    this.#open.delete(change);
  }

  #stopped(service: ServiceName): OpenChange | undefined {
    return [...this.#open].find(({ undo }) => undo.kind === 'start' && undo.service === service);
  }
}

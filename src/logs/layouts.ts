import { isNumberStart, literalEnd, numberEnd, quote, stringEnd } from './json-tokens.ts';
import type { KnownKey } from './known-keys.ts';
import { type LineFacts, valueType } from './line-facts.ts';

/**
 * Most lines of a log have the same keys in the same order. The text between their values (`,"level":`) is stored
 * as steps of a tree, so that a line like one before it needs its keys compared, not parsed; the values are parsed all
 * the same. A way through the tree was a whole JSON object once, and another value of its kind in each place leaves it one.
 */
interface Step {
  /** The bytes up to the value, by four; of the last four only those under the mask count. */
  words: Int32Array;
  mask: number;
  length: number;
  role: number;
  priority: number;
  secret: KnownKey | undefined;
  /** Objects that begin in it under a name with a role. */
  objects: { role: number; priority: number; offset: number }[] | undefined;
  /** The step behind the last value, up to the end of the line: what is known of all lines that come here. */
  end: { shapeMask: number; requiredMask: number; frameMask: number; depth: number } | undefined;
  /** The first of the steps that follow the value. */
  next: Step | undefined;
  /** The next of the steps that may stand in the same place. */
  sibling: Step | undefined;
}

const maxSteps = 4096;
const maxSiblings = 12;
const maxStepBytes = 1024;
const maxValues = 128;
/** A line whose layout is new costs twice: where less than two in three are known, the tree rests for a while. */
const fullTrust = 256;
const restLines = 16_384;

/** Where the values of a line lie that was parsed as a whole. */
export class Trail {
  count = 0;
  /** Too many values to be remembered. */
  overflow = false;
  readonly starts = new Int32Array(maxValues);
  /** Behind the value, its closing quote and all. */
  readonly ends = new Int32Array(maxValues);
  readonly roles = new Int32Array(maxValues);
  readonly priorities = new Int32Array(maxValues);
  readonly secrets: (KnownKey | undefined)[] = new Array(maxValues).fill(undefined);
  readonly objects: { role: number; priority: number; at: number }[] = [];

  /** Recording is off for a line that is not learned. */
  reset(wanted: boolean): void {
    this.count = wanted ? 0 : maxValues;
    this.overflow = false;
    if (this.objects.length > 0) this.objects.length = 0;
  }

  value(start: number, end: number, role: number, priority: number, secret: KnownKey | undefined): void {
    const index = this.count;
    if (index === maxValues) {
      this.overflow = true;
      return;
    }
    this.starts[index] = start;
    this.ends[index] = end;
    this.roles[index] = role;
    this.priorities[index] = priority;
    this.secrets[index] = secret;
    this.count = index + 1;
  }

  object(role: number, priority: number, at: number): void {
    if (this.objects.length < maxValues) this.objects.push({ role, priority, at });
    else this.overflow = true;
  }
}

export class Layouts {
  private first: Step | undefined;
  private steps = 0;
  private trust = fullTrust;
  private resting = 0;

  get areLearning(): boolean {
    return this.resting === 0;
  }

  /** Where the next line begins, if the one at `start` has a layout that is known; else -1. */
  match(bytes: Uint8Array, view: DataView, start: number, facts: LineFacts): number {
    if (this.resting > 0) return -1;
    let at = start;
    let step = this.first;
    facts.reset();
    while (step !== undefined) {
      if (!matchesAt(step, view, at)) {
        step = step.sibling;
        continue;
      }
      const begin = at;
      let from = at + step.length;
      if (step.end !== undefined) {
        facts.shapeMask = step.end.shapeMask;
        facts.requiredMask = step.end.requiredMask;
        facts.frameMask = step.end.frameMask;
        facts.depth = step.end.depth;
        if (this.trust < fullTrust) this.trust += 1;
        return from;
      }
      const byte = bytes[from]!;
      let type: number;
      let to: number;
      if (byte === quote) {
        from += 1;
        type = valueType.string;
        to = stringEnd(bytes, view, from);
        at = to + 1;
      } else if (isNumberStart(byte)) {
        type = valueType.number;
        to = numberEnd(bytes, from);
        at = to;
      } else {
        type = valueType.none;
        to = literalEnd(bytes, from);
        if (to < 0) {
          // An object or an array begins: the step to its first value is another one.
          step = step.sibling;
          continue;
        }
        at = to;
      }
      if (to < 0) return -1;
      if (step.objects !== undefined) placeObjects(step, begin, facts);
      if (step.role !== -1 && type !== valueType.none && to > from)
        facts.value(step.role, step.priority, type, from, to);
      if (step.secret !== undefined && type === valueType.string) facts.secret(step.secret, from, to);
      step = step.next;
    }
    return -1;
  }

  /** Remembers the layout of a line that is valid and has no key twice. */
  learn(
    bytes: Uint8Array,
    view: DataView,
    start: number,
    next: number,
    trail: Trail,
    facts: LineFacts,
  ): void {
    if (this.mustRest() || trail.overflow || facts.duplicateStart !== -1) return;
    let parent: Step | undefined;
    let from = start;
    for (let index = 0; index <= trail.count; index++) {
      const isEnd = index === trail.count;
      const to = isEnd ? next : trail.starts[index]!;
      const first: Step | undefined = parent ? parent.next : this.first;
      let siblings = 0;
      let last: Step | undefined;
      let step: Step | undefined = first;
      while (step !== undefined && !(step.length === to - from && matchesAt(step, view, from))) {
        last = step;
        step = step.sibling;
        siblings += 1;
      }
      if (step === undefined) {
        if (this.steps === maxSteps || siblings === maxSiblings || to - from > maxStepBytes) return;
        step = newStep(bytes, from, to, trail, index, isEnd ? facts : undefined);
        this.steps += 1;
        if (last) last.sibling = step;
        else if (parent) parent.next = step;
        else this.first = step;
      }
      parent = step;
      from = trail.ends[index]!;
    }
  }

  private mustRest(): boolean {
    if (this.resting > 0) {
      this.resting -= 1;
      return true;
    }
    this.trust -= 2;
    if (this.trust >= 0) return false;
    this.trust = fullTrust;
    this.resting = restLines;
    return true;
  }
}

function matchesAt({ words, mask }: Step, view: DataView, at: number): boolean {
  const last = words.length - 1;
  for (let index = 0; index < last; index++) {
    if (view.getInt32(at + 4 * index, true) !== words[index]) return false;
  }
  return (view.getInt32(at + 4 * last, true) & mask) === words[last];
}

function placeObjects(step: Step, begin: number, facts: LineFacts): void {
  for (const { role, priority, offset } of step.objects!)
    facts.value(role, priority, valueType.other, begin + offset, begin + offset);
}

/** Bytes from `from` to `to` by four; those behind `to` are zero. */
function wordsOf(bytes: Uint8Array, from: number, to: number): Int32Array {
  const padded = new Uint8Array(Math.ceil((to - from) / 4) * 4);
  padded.set(bytes.subarray(from, to));
  const view = new DataView(padded.buffer);
  return Int32Array.from({ length: padded.length / 4 }, (_, index) => view.getInt32(4 * index, true));
}

function newStep(
  bytes: Uint8Array,
  from: number,
  to: number,
  trail: Trail,
  index: number,
  end: LineFacts | undefined,
): Step {
  const length = to - from;
  const objects = trail.objects
    .filter(({ at }) => at >= from && at < to)
    .map(({ role, priority, at }) => ({ role, priority, offset: at - from }));
  return {
    words: wordsOf(bytes, from, to),
    mask: length % 4 === 0 ? -1 : (1 << (8 * (length % 4))) - 1,
    length,
    role: end ? -1 : trail.roles[index]!,
    priority: end ? 0 : trail.priorities[index]!,
    secret: end ? undefined : trail.secrets[index],
    objects: objects.length > 0 ? objects : undefined,
    end: end && {
      shapeMask: end.shapeMask,
      requiredMask: end.requiredMask,
      frameMask: end.frameMask,
      depth: end.depth,
    },
    next: undefined,
    sibling: undefined,
  };
}

import type { v } from '../../base/schema.ts';
import type { Effects } from '../../check/effects.ts';
import type { Evidence } from '../../check/evidence.ts';
import type { ProbeName, Probes } from '../../check/probes.ts';
import type { ServiceName, StackInfo } from '../../check/stack.ts';
import type { Examined } from '../../check/verdict.ts';

/** What was seen: the values that expectations are about. One that is absent meets no expectation. */
export interface Observed {
  attributes: Record<string, unknown>;
  examined: Examined;
  evidence: Evidence[];
  /** Nothing came, and why: expectations about anything but being reachable cannot hold. */
  failure?: { code: string; message: string };
  /** It cannot be judged from here. */
  skip?: { reason: string; enable?: string | undefined };
}

/** A kind of declared check: what it looks at (`target`), what can be expected of it (`attributes`), and how it looks. */
export interface Kind<Target extends v.ObjectEntries = v.ObjectEntries> {
  name: string;
  about: string;
  needs: readonly ProbeName[];
  target: Target;
  /** Name → description, for the schema. */
  attributes: Record<string, string>;
  /** The attribute that says whether it is there at all: where it is not, and is not meant to be, nothing else is judged. */
  presence?: string;
  /** What is expected without being said; by attributes that cannot be named in a file. */
  implied?: Record<string, unknown>;
  /** Whether nothing that it does for this target could hold the process, whatever comes back. Absent: nobody knows. */
  isBounded?(target: v.InferOutput<v.StrictObjectSchema<Target, undefined>>): boolean;
  /** Default `none`. */
  effects?(target: v.InferOutput<v.StrictObjectSchema<Target, undefined>>): Effects;
  uses?(target: v.InferOutput<v.StrictObjectSchema<Target, undefined>>): ServiceName[];
  title(target: v.InferOutput<v.StrictObjectSchema<Target, undefined>>): string;
  observe(call: {
    target: v.InferOutput<v.StrictObjectSchema<Target, undefined>>;
    probes: Probes;
    stack: StackInfo;
    /** The attributes that something is expected of: the others need not be looked at. */
    expected: ReadonlySet<string>;
  }): Promise<Observed>;
}

/** Gives a kind's file its types. */
export function defineKind<const Target extends v.ObjectEntries>(kind: Kind<Target>): Kind {
  return kind as unknown as Kind;
}

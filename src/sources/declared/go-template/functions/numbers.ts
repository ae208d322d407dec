/** Sprig's arithmetic: whole numbers, but for the functions that round. */
export const numberFunctions = {
  add: (...numbers: unknown[]) => numbers.reduce<number>((sum, number) => sum + whole(number), 0),
  add1: (number: unknown) => whole(number) + 1,
  sub: (a: unknown, b: unknown) => whole(a) - whole(b),
  mul: (...numbers: unknown[]) => numbers.reduce<number>((product, number) => product * whole(number), 1),
  div: (a: unknown, b: unknown) => {
    if (whole(b) === 0) throw new Error('division by zero');
    return Math.trunc(whole(a) / whole(b));
  },
  mod: (a: unknown, b: unknown) => {
    if (whole(b) === 0) throw new Error('division by zero');
    return whole(a) % whole(b);
  },
  max: (...numbers: unknown[]) => Math.max(...numbers.map(whole)),
  min: (...numbers: unknown[]) => Math.min(...numbers.map(whole)),
  ceil: (number: unknown) => Math.ceil(Number(number)),
  floor: (number: unknown) => Math.floor(Number(number)),
  round: (number: unknown, digits = 0) => Math.round(Number(number) * 10 ** digits) / 10 ** digits,
  int: whole,
  int64: whole,
  atoi: whole,
  float64: (number: unknown) => Number(number) || 0,
  until: (count: number) => steps(0, count, Math.sign(count) || 1),
  untilStep: (from: number, to: number, step: number) => steps(from, to, step),
  seq: (...bounds: number[]) => {
    const [from, step, to] =
      bounds.length === 1
        ? [1, undefined, bounds[0]!]
        : bounds.length === 2
          ? [bounds[0]!, undefined, bounds[1]!]
          : bounds;
    const by = step ?? (to! < from! ? -1 : 1);
    return steps(from!, to! + Math.sign(by), by).join(' ');
  },
};

/** What is no number counts as 0, as with Sprig. */
function whole(number: unknown): number {
  return Math.trunc(Number(number)) || 0;
}

const mostSteps = 1_000_000;

function steps(from: number, to: number, step: number): number[] {
  const count = step === 0 ? 0 : Math.max(0, Math.ceil((to - from) / step));
  if (count > mostSteps) throw new Error(`${count} numbers are too many`);
  return Array.from({ length: count }, (_, index) => from + index * step);
}

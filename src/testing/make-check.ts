import type { Check } from '../check/define-check.ts';

type Made = Partial<Omit<Check, 'run'>> & { id: string };

/** Creates a check for tests of the engine and of reporters. Passes by default. */
export function makeCheck(given: Made & { run?: Check['run'] }): Check {
  return {
    title: `${given.id} holds`,
    failureTitle: `${given.id} does not hold`,
    why: 'it is a test',
    needs: [],
    codes: { wrong: { means: 'it is wrong', hint: 'fix it' } },
    source: `checks/${given.id}.ts`,
    run: async ({ pass }) => pass('as expected', { count: 1, what: 'thing' }),
    ...given,
  };
}

export const failing: Check['run'] = async ({ fail }) => fail('wrong', { expected: 'this', actual: 'that' });
export const hanging: Check['run'] = () => new Promise(() => {});

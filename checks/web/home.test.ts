import { describe, expect, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { browserAt } from '../../src/testing/browser-visit.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { answerAt, page, pageCases, renderedAt } from '../../src/testing/web-answers.ts';
import home from './home.ts';

testCheck(home, pageCases('/'), { describe, it });

it('has the page as evidence, and the visit of a browser behind it', async () => {
  expect(await evidenceLabels(home, { probes: answerAt('/')(page) })).toEqual(['pass', 'page']);
  expect(await evidenceLabels(home, { probes: answerAt('/')('<html><title>x</title><h1>y</h1>') })).toEqual([
    'name-missing',
    'page',
  ]);
  const visited = await evidenceLabels(home, { probes: renderedAt('/')(browserAt('/')()) });
  expect(visited.slice(0, 2)).toEqual(['pass', 'page']);
  expect(visited.length).toBeGreaterThan(2);
});

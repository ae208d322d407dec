import { expect, test } from 'vitest';
import type { SpanData } from '../check/probes.ts';
import { buildTraceTree } from './trace-tree.ts';

const span = (spanId: string, parentSpanId?: string) =>
  ({ spanId, ...(parentSpanId ? { parentSpanId } : {}) }) as SpanData;

const treeOf = (...spans: SpanData[]) => {
  const { entries, roots, orphans, rings, reached } = buildTraceTree(spans, 'sent');
  const ids = (some: SpanData[]) => some.map(({ spanId }) => spanId).join();
  return [ids(entries), ids(roots), ids(orphans), ids(rings), reached];
};

test.each<[string, SpanData[], unknown[]]>([
  ['nothing', [], ['', '', '', '', 0]],
  ['a chain', [span('a', 'sent'), span('b', 'a'), span('c', 'b')], ['a', '', '', '', 3]],
  ['two entries', [span('a', 'sent'), span('b', 'sent')], ['a,b', '', '', '', 2]],
  ['a trace of its own', [span('a'), span('b', 'a')], ['', 'a', '', '', 0]],
  ['an unknown parent', [span('a', 'gone'), span('b', 'a')], ['', '', 'a', '', 0]],
  ['a ring', [span('a', 'b'), span('b', 'a')], ['', '', '', 'a,b', 0]],
  ['a span that is its own parent', [span('a', 'a')], ['', '', '', 'a', 0]],
  [
    'all of them',
    [span('a', 'sent'), span('b'), span('c', 'gone'), span('d', 'e'), span('e', 'd'), span('f', 'a')],
    ['a', 'b', 'c', 'd,e', 2],
  ],
])('%s', (_name, spans, expected) => {
  expect(treeOf(...spans)).toEqual(expected);
});

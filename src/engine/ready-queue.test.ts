import { expect, test } from 'vitest';
import { ReadyQueue } from './ready-queue.ts';

test('gives the first of the plan first, in whatever order they came', () => {
  const queue = new ReadyQueue();
  for (const position of [4, 7, 9]) queue.add(position);
  const taken = [queue.take()];
  for (const position of [8, 1, 5, 12]) queue.add(position);
  while (queue.size > 0) taken.push(queue.take());
  expect(taken).toEqual([4, 1, 5, 7, 8, 9, 12]);
});

test('starts anew once it was empty', () => {
  const queue = new ReadyQueue();
  queue.add(3);
  queue.take();
  queue.add(2);
  expect([queue.size, queue.take(), queue.size]).toEqual([1, 2, 0]);
});

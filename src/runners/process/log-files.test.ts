import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lastLines, RunLog } from './log-files.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-log-'));
  file = path.join(folder, 'a.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('lastLines', () => {
  it('takes the last ones, and only of what was written after a moment', () => {
    writeFileSync(file, 'one\ntwo\nthree\n');
    expect(lastLines(file, 2)).toEqual(['two', 'three']);
    expect(lastLines(file, 5, 8)).toEqual(['three']);
    expect(lastLines(path.join(folder, 'absent'), 5)).toEqual([]);
  });
});

describe('the log of a run', () => {
  it('has its last lines also after it was moved, and none of the run before', () => {
    writeFileSync(file, 'before\n');
    const log = new RunLog(file);
    appendFileSync(file, 'one\n');
    log.limit(1000);
    expect(log.lastLines(5)).toEqual(['one']);
    log.limit(5);
    expect(log.lastLines(5)).toEqual(['one']);
    appendFileSync(file, 'two\n');
    expect(log.lastLines(5)).toEqual(['one', 'two']);
    expect(log.lastLines(1)).toEqual(['two']);
    log.limit(3);
    expect(log.lastLines(5)).toEqual(['wo']);
  });
});

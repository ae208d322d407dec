import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pipelineOf } from './pipeline.ts';

describe('the next step after the pipeline is written', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-pipeline-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is a commit, for GitHub', () => {
    expect(pipelineOf(folder)).toMatchObject({ next: 'commit .github/workflows/meatymusic.yml' });
  });

  it('is an include, for GitLab, which runs no other file by itself', () => {
    writeFileSync(path.join(folder, '.gitlab-ci.yml'), '');
    const { file, text, next } = pipelineOf(folder);
    expect(next).toContain(`include: { local: ${file} }`);
    expect(text).toContain(`include: { local: ${file} }`);
  });
});

import { open } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { knownSecrets } from '../base/known-secrets.ts';
import { analyseRange } from './analyse-log.ts';
import { type AnalyserOptions, analyserTools } from './analyser.ts';
import type { ByteRange } from './ranges.ts';

/** Judges the parts of a log that it receives, one after another. */
const { file, options } = workerData as { file: string; options: AnalyserOptions };
// Texts of lines are cut here, and secrets are replaced before.
knownSecrets.add(...(options.secrets ?? []));
const handle = await open(file, 'r');
const tools = analyserTools(options);

parentPort?.on('message', async (range: ByteRange) => {
  parentPort?.postMessage(await analyseRange(handle, range, options, { tools }));
});

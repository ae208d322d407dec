import { open } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { knownSecrets } from '../base/known-secrets.ts';
import { analyseRange } from './analyse-log.ts';
import { type AnalyserOptions, analyserTools } from './analyser.ts';
import type { ByteRange } from './ranges.ts';

/** Judges the parts of a log that it is handed, one after another. */
const { file, options } = workerData as { file: string; options: AnalyserOptions };
// What is shown of a line is cut here.
knownSecrets.add(...(options.secrets ?? []));
const handle = await open(file, 'r');
const tools = analyserTools(options);

parentPort?.on('message', async (range: ByteRange) => {
  parentPort?.postMessage(await analyseRange(handle, range, options, { tools }));
});

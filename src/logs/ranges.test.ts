import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { analyseFile, analyseRange } from './analyse-log.ts';
import { analyserTools } from './analyser.ts';
import { cutIntoRanges } from './ranges.ts';
import { emptyReport, mergeReports } from './report.ts';

it('judges a file in parts as it judges it whole, wherever it is cut', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ranges-'));
  try {
    const file = join(folder, 'a.log');
    const span =
      "{\n  traceId: '5da47773a538eb78551b3d5b610e6922',\n  id: 'fc994391024ed73f',\n  timestamp: 1795386524496000,\n  duration: 1\n}\n";
    let log = '';
    for (let index = 0; index < 40; index++)
      log += `{"level":30,"time":${1767323045000 + index},"msg":"m"}\nplain\n\n${span}{"broken":\n`;
    writeFileSync(file, log);
    const whole = await analyseFile(file);
    expect(whole).toMatchObject({ lines: 120, structured: 40, blankLines: 40, spans: 40, spanLines: 240 });
    const handle = await open(file);
    const tools = analyserTools({});
    for (const bytes of [1, 50, 77, 130, 1000, 5000]) {
      const ranges = await cutIntoRanges(handle, log.length, { bytes });
      let merged = emptyReport();
      for (const range of ranges)
        merged = mergeReports(merged, await analyseRange(handle, range, {}, { tools }));
      expect(ranges.at(-1)?.end).toBe(log.length);
      expect({ ...merged, samples: merged.samples.map(({ detail: _, ...rest }) => rest) }).toEqual({
        ...whole,
        samples: whole.samples.map(({ detail: _, ...rest }) => rest),
      });
    }
    await handle.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../free-port.ts';

/** One way in which the traced service treats traces; absent: the right one. The files beside this one define each. */
export interface Variant {
  propagator?: string;
  sampler?: 'parent' | 'on' | 'off';
  exporter?: string;
  /** Address for the exporter `otlp`. */
  receiver?: string;
  /** Which trace fields its lines have. */
  logs?: string;
  plainLines?: 'field' | 'text' | 'message' | 'none';
  serializers?: 'short';
  /** Logs one more line for each request, without a trace. */
  stray?: boolean;
  returns?: string;
  errors?: 'kept' | 'no-header' | 'answered';
  ready?: 'kept' | 'lost' | 'without-clients';
  /** Answers 400 to requests whose header contains the text. */
  refuses?: { header: string; pattern: string };
}

export interface TracedService<Name extends string> {
  of: Record<Name, { url: string; log: string }>;
  stop(): Promise<void>;
}

/** Starts all variants in one process. */
export async function startTracedService<Name extends string>(
  variants: Record<Name, Variant>,
  addresses: { databaseUrl: string; redisUrl: string },
): Promise<TracedService<Name>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-traced-'));
  const names = Object.keys(variants) as Name[];
  const all: (Variant & { port: number; log: string })[] = [];
  for (const name of names) {
    const log = path.join(folder, `${name.replaceAll(/\W+/g, '-')}.log`);
    all.push({ ...variants[name], port: await freePort(), log });
  }
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'service.cjs'), JSON.stringify({ ...addresses, variants: all })],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the traced service ended with ${code}`)));
  });
  return {
    of: Object.fromEntries(
      names.map((name, index) => {
        const { port, log } = all[index] as { port: number; log: string };
        return [name, { url: `http://127.0.0.1:${port}`, log }];
      }),
    ) as TracedService<Name>['of'],
    async stop() {
      child.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A built service as a process of its own, for tests: its log, its address, its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { awaitUntil } from '../base/await-until.ts';

export interface RunningProcess {
  child: ChildProcess;
  url: string;
  /** All of stdout and stderr so far. */
  output(): string;
  lines(): Record<string, unknown>[];
  /** Ends it and resolves to how it ended. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null }>;
}

export async function runService(file: string, env: Record<string, string>): Promise<RunningProcess> {
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env.PATH, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk));
  const lines = () =>
    text
      .split('\n')
      .filter((line) => line.startsWith('{"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const stop: RunningProcess['stop'] = async (signal = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await ended;
    }
    return { code: child.exitCode };
  };
  const url = await awaitUntil(
    () => {
      if (child.exitCode !== null) return 'exited';
      return /(?:listening on |"address":")(http:\/\/[\w.:[\]-]+)/.exec(text)?.[1];
    },
    { what: `${file} to listen`, withinMs: 30_000 },
  );
  if (url === 'exited') throw new Error(`${file} ended with ${child.exitCode}:\n${text}`);
  return { child, url, output: () => text, lines, stop };
}

export interface Collector {
  url: string;
  received: { path: string; type: string | undefined; body: Buffer }[];
  close(): Promise<void>;
}

/** Takes in whatever is posted to it. */
export async function startCollector(): Promise<Collector> {
  const received: Collector['received'] = [];
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({
      path: request.url ?? '',
      type: request.headers['content-type'],
      body: Buffer.concat(chunks),
    });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

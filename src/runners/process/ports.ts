import { createServer } from 'node:net';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { describeHolder, portHolder } from '../port-holder.ts';

/** How far from a port that is taken the next free one is looked for. */
const reach = 100;

export const portTakenHint =
  'stop that process, or let meatymusic take other ports: meatymusic up --ports auto';

/**
 * A port of 127.0.0.1 for each service: the wanted one when it is free, else one of the next (`auto`) or a fault that
 * names the holder (`fixed`). 0 wants any that is free.
 */
export async function choosePorts<Name extends string>(
  wanted: Readonly<Record<Name, number>>,
  mode: 'auto' | 'fixed',
): Promise<Record<Name, number>> {
  const chosen = new Map<Name, number>();
  const problems: string[] = [];
  for (const [name, port] of Object.entries(wanted) as [Name, number][]) {
    const taken = (candidate: number) => [...chosen.values()].includes(candidate);
    if (port === 0) chosen.set(name, await listenOnce(0));
    else if (!taken(port) && (await isFree(port))) chosen.set(name, port);
    else if (mode === 'fixed') problems.push(await describeTaken(port, name));
    else chosen.set(name, await nextFree(port, taken));
  }
  const [first] = problems;
  if (first) {
    throw new Fault({
      code: 'port-taken',
      message: first,
      hint: portTakenHint,
      exitCode: ExitCode.unavailable,
      details: problems.slice(1),
    });
  }
  return Object.fromEntries(chosen) as Record<Name, number>;
}

/** `port 5432 of database is taken by process 4242 (postgres)`. */
export async function describeTaken(port: number, service: string): Promise<string> {
  return `port ${port} of ${service} is taken by ${describeHolder(await portHolder(port))}`;
}

async function nextFree(port: number, taken: (candidate: number) => boolean): Promise<number> {
  for (let candidate = port + 1; candidate <= Math.min(port + reach, 65_535); candidate++) {
    if (!taken(candidate) && (await isFree(candidate))) return candidate;
  }
  return listenOnce(0);
}

/** Free on both loopbacks, so that `localhost` reaches the same service whichever is tried first. */
export async function isFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::1']) {
    try {
      await listenOnce(port, host);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRNOTAVAIL') return false;
    }
  }
  return true;
}

function listenOnce(port: number, host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const { port: bound } = server.address() as { port: number };
      server.close(() => resolve(bound));
    });
  });
}

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';

/** One listening TCP socket, with what identifies its owner on this system. */
interface Listener {
  /** `127.0.0.1`, `0.0.0.0`, `::`, `::1` */
  host: string;
  port: number;
  /** Linux: a link of a process's file descriptor names it. */
  inode?: string;
  /** Elsewhere: `lsof` names it. */
  pid?: number;
}

/** What a connection to this machine's loopback addresses reaches at a port. */
export type Reached =
  | { by: 'none' }
  /** These processes answer at the host. */
  | { by: 'own'; host: '127.0.0.1' | '::1' }
  /** They listen, but on another address only. */
  | { by: 'own-elsewhere'; host: string }
  /** Another process answers at one of the loopback addresses. */
  | { by: 'other' };

const loopbacks = { '127.0.0.1': ['127.0.0.1', '0.0.0.0', '::'], '::1': ['::1', '::'] } as const;

/**
 * Resolves to whether a connection to the port reaches one of these processes. `searches` yields their PIDs, at first
 * those that cost the least to find: the next list is taken while no process of the one before answers.
 */
export async function findReached(port: number, searches: Iterable<readonly number[]>): Promise<Reached> {
  const listeners = await listenersOn(port);
  let reached: Reached = { by: 'none' };
  if (listeners.length === 0) return reached;
  for (const pids of searches) {
    reached = reachedBy(listeners, ownership(pids));
    if (reached.by === 'own') break;
  }
  return reached;
}

function reachedBy(listeners: readonly Listener[], isOwn: (listener: Listener) => boolean): Reached {
  let own: Reached | undefined;
  for (const [host, hosts] of Object.entries(loopbacks)) {
    const answering = hosts.map((each) => listeners.find((one) => one.host === each)).find(Boolean);
    if (!answering) continue;
    if (!isOwn(answering)) return { by: 'other' };
    own ??= { by: 'own', host: host as keyof typeof loopbacks };
  }
  if (own) return own;
  const elsewhere = listeners.find(isOwn);
  return elsewhere ? { by: 'own-elsewhere', host: elsewhere.host } : { by: 'none' };
}

/** Resolves to the ports on which these processes listen, in ascending order. */
export async function portsOf(pids: readonly number[]): Promise<number[]> {
  const isOwn = ownership(pids);
  const ports = (await listenersOn(undefined)).filter(isOwn).map(({ port }) => port);
  return [...new Set(ports)].sort((a, b) => a - b);
}

/** Returns the PIDs among these that hold a listening socket on the port. */
export async function holdersOf(port: number, pids: readonly number[]): Promise<number[]> {
  const listeners = await listenersOn(port);
  return listeners.length === 0 ? [] : pids.filter((pid) => listeners.some(ownership([pid])));
}

function ownership(pids: readonly number[]): (listener: Listener) => boolean {
  const inodes = new Set(process.platform === 'linux' ? pids.flatMap(socketsOf) : []);
  return ({ inode, pid }) => (inode === undefined ? pids.includes(pid ?? -1) : inodes.has(inode));
}

/** Returns the inodes of a process's sockets; none if it has ended or belongs to another user. */
function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${descriptor}`))?.[1];
      return inode === undefined ? [] : [inode];
    });
  } catch {
    return [];
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

async function listenersOn(port: number | undefined): Promise<Listener[]> {
  return process.platform === 'linux' ? fromProc(port) : fromLsof(port);
}

const listenState = '0A';
let reading: Promise<string[]> | undefined;

/** Resolves to the rows of all TCP sockets. The system walks through all its connections for them: calls at once share one look. */
function tcpRows(): Promise<string[]> {
  reading ??= Promise.resolve().then(() => {
    reading = undefined;
    return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => {
      try {
        return readFileSync(file, 'latin1').split('\n');
      } catch {
        return [];
      }
    });
  });
  return reading;
}

async function fromProc(port: number | undefined): Promise<Listener[]> {
  const suffix = port === undefined ? ':' : `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  return (await tcpRows())
    .filter((line) => line.includes(suffix))
    .map((line) => line.trim().split(/\s+/))
    .filter((row) => row[3] === listenState)
    .map((row) => ({ ...addressOf(row[1] as string), inode: row[9] as string }))
    .filter((listener) => port === undefined || listener.port === port);
}

const ipv6Names: Record<string, string> = { ['0'.repeat(32)]: '::', [`${'0'.repeat(31)}1`]: '::1' };

/** Parses `0100007F:1F90`: the words of the address are in the byte order of the machine, little-endian. */
function addressOf(text: string): { host: string; port: number } {
  const [address = '', port = ''] = text.split(':');
  const words = (address.match(/.{8}/g) ?? []).map((word) => (word.match(/../g) ?? []).reverse().join(''));
  const isIpv4 = words.length === 1 || words.slice(0, 3).join('') === `${'0'.repeat(16)}0000FFFF`;
  const bytes = (words.at(-1)?.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
  const host = isIpv4 ? bytes.join('.') : (ipv6Names[words.join('')] ?? words.join(''));
  return { host, port: Number.parseInt(port, 16) };
}

async function fromLsof(port: number | undefined): Promise<Listener[]> {
  const args = ['-nP', port === undefined ? '-iTCP' : `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpn'];
  try {
    const { stdout } = await promisify(execFile)('lsof', args, { timeout: 5000, maxBuffer: 2 ** 24 });
    let pid = 0;
    return stdout.split('\n').flatMap((line) => {
      if (line.startsWith('p')) pid = Number(line.slice(1));
      const [, host, at] = /^n(.*):(\d+)$/.exec(line) ?? [];
      if (host === undefined) return [];
      return [{ host: host === '*' ? '::' : host.replace(/^\[|\]$/g, ''), port: Number(at), pid }];
    });
  } catch {
    return [];
  }
}

import { bytesOf, globOf, integer, optionOf, settingRefused } from './cache-arguments.ts';
/**
 * The commands of the embedded cache: strings, counters, expiry, and a limit of its memory. Anything else is answered with an
 * error, as Redis would.
 */
export type Reply = string | number | null | Buffer | Reply[] | { error: string } | { status: string };

interface Entry {
  value: Buffer;
  /** Milliseconds since the epoch. */
  expiresAt?: number;
}

type Command = (args: Buffer[]) => Reply;

export interface CacheStore {
  run(name: string, args: Buffer[]): Reply;
}

/** The end of each error for what Redis can do and this store cannot. */
export const standInMark = '(embedded cache, not Redis)';

/** Commands that need memory, and are refused when there is none left. */
const needMemory = new Set(['SET', 'SETEX', 'PSETEX', 'SETNX', 'INCR', 'DECR', 'INCRBY', 'DECRBY']);
const outOfMemory: Reply = { error: "OOM command not allowed when used memory > 'maxmemory'." };

const ok: Reply = { status: 'OK' };
const syntax: Reply = { error: 'ERR syntax error' };
const notInteger: Reply = { error: 'ERR value is not an integer or out of range' };

export function createCacheStore({ port, now = Date.now }: { port: number; now?: () => number }): CacheStore {
  const entries = new Map<string, Entry>();
  const startedAt = now();
  let commands = 0;
  let maxMemory = 0;
  const usedMemory = () => process.memoryUsage.rss();

  const find = (key: Buffer): Entry | undefined => {
    const entry = entries.get(key.toString('latin1'));
    if (entry?.expiresAt === undefined || entry.expiresAt > now()) return entry;
    entries.delete(key.toString('latin1'));
    return undefined;
  };
  const put = (key: Buffer, entry: Entry) => entries.set(key.toString('latin1'), entry);
  const remove = (key: Buffer) => find(key) !== undefined && entries.delete(key.toString('latin1'));
  const count = (args: Buffer[], has: (key: Buffer) => boolean) => args.filter(has).length;
  const liveKeys = () => [...entries.keys()].filter((key) => find(Buffer.from(key, 'latin1')));

  const add = (key: Buffer, by: number): Reply => {
    const entry = find(key);
    const current = entry ? integer(entry.value) : 0;
    if (current === undefined || Number.isNaN(by)) return notInteger;
    put(key, { ...entry, value: Buffer.from(String(current + by)) });
    return current + by;
  };
  const expire = (key: Buffer, inMs: number | undefined): Reply => {
    const entry = find(key);
    if (inMs === undefined) return notInteger;
    if (!entry) return 0;
    entry.expiresAt = now() + inMs;
    return 1;
  };
  const remaining = (key: Buffer, unitMs: number): Reply => {
    const entry = find(key);
    if (!entry) return -2;
    return entry.expiresAt === undefined ? -1 : Math.round((entry.expiresAt - now()) / unitMs);
  };
  const scaled = (text: Buffer | undefined, unitMs: number) => {
    const value = text && integer(text);
    return value === undefined ? undefined : value * unitMs;
  };

  const set = ([key, value, ...options]: Buffer[]): Reply => {
    const entry: Entry = { value: value as Buffer };
    const before = find(key as Buffer);
    let [onlyIf, wantsOld]: [string | undefined, boolean] = [undefined, false];
    for (let index = 0; index < options.length; index++) {
      const option = String(options[index]).toUpperCase();
      const unitMs = { EX: 1000, PX: 1, EXAT: 1000, PXAT: 1 }[option];
      if (unitMs !== undefined) {
        const ms = scaled(options[++index], unitMs);
        if (ms === undefined) return notInteger;
        if (ms <= 0) return { error: "ERR invalid expire time in 'set' command" };
        entry.expiresAt = option.endsWith('AT') ? ms : now() + ms;
      } else if (option === 'NX' || option === 'XX') onlyIf = option;
      else if (option === 'GET') wantsOld = true;
      else if (option === 'KEEPTTL') {
        if (before?.expiresAt !== undefined) entry.expiresAt = before.expiresAt;
      } else return syntax;
    }
    const allowed = onlyIf === undefined || (onlyIf === 'NX') === (before === undefined);
    if (allowed) put(key as Buffer, entry);
    if (wantsOld) return before?.value ?? null;
    return allowed ? ok : null;
  };

  const clear = (): Reply => {
    entries.clear();
    return ok;
  };

  /** The two settings that this store has. It evicts nothing. */
  const setting = (name: string, value: string): Reply => {
    if (name === 'maxmemory') {
      const bytes = bytesOf(value);
      if (bytes === undefined) return settingRefused(name, 'argument must be a memory value');
      maxMemory = bytes;
      return ok;
    }
    if (name === 'maxmemory-policy')
      return value.toLowerCase() === 'noeviction'
        ? ok
        : settingRefused(name, `noeviction alone ${standInMark}`);
    return { error: `ERR Unknown option or number of arguments for CONFIG SET - '${name}' ${standInMark}` };
  };
  const config = ([verb, name, value, ...more]: Buffer[]): Reply => {
    const settings = { maxmemory: String(maxMemory), 'maxmemory-policy': 'noeviction' };
    switch (String(verb).toUpperCase()) {
      case 'GET':
        return Object.entries(settings)
          .filter(([each]) => globOf(String(name).toLowerCase())(each))
          .flat();
      case 'SET':
        if (name && value && more.length === 0) return setting(String(name).toLowerCase(), String(value));
        return { error: `ERR one setting at a time ${standInMark}` };
      default:
        return { error: `ERR unknown subcommand '${String(verb).slice(0, 128)}' ${standInMark}` };
    }
  };

  const info = () =>
    [
      '# Server',
      'redis_version:7.0.0',
      'server_name:meatymusic-embedded-cache',
      'redis_mode:standalone',
      'note:not Redis: the small stand-in of the embedded stack, strings and expiry only, in memory',
      `process_id:${process.pid}`,
      `tcp_port:${port}`,
      `uptime_in_seconds:${Math.floor((now() - startedAt) / 1000)}`,
      '# Memory',
      `used_memory:${usedMemory()}`,
      `maxmemory:${maxMemory}`,
      'maxmemory_policy:noeviction',
      '# Persistence',
      'loading:0',
      '# Stats',
      `total_commands_processed:${commands}`,
      '# Replication',
      'role:master',
      '# Keyspace',
      ...(entries.size > 0 ? [`db0:keys=${liveKeys().length}`] : []),
    ].join('\r\n');

  const table: Record<string, [minArgs: number, command: Command]> = {
    PING: [0, ([text]) => text ?? { status: 'PONG' }],
    ECHO: [1, ([text]) => text as Buffer],
    SELECT: [1, ([index]) => (String(index) === '0' ? ok : { error: 'ERR DB index is out of range' })],
    INFO: [0, () => Buffer.from(`${info()}\r\n`)],
    TIME: [0, () => [String(Math.floor(now() / 1000)), String((now() % 1000) * 1000)]],
    COMMAND: [0, () => []],
    CONFIG: [1, config],
    GET: [1, ([key]) => find(key as Buffer)?.value ?? null],
    SET: [2, set],
    SETEX: [3, ([key, seconds, value]) => set([key, value, Buffer.from('EX'), seconds] as Buffer[])],
    PSETEX: [3, ([key, ms, value]) => set([key, value, Buffer.from('PX'), ms] as Buffer[])],
    SETNX: [2, ([key, value]) => (set([key, value, Buffer.from('NX')] as Buffer[]) === ok ? 1 : 0)],
    GETDEL: [
      1,
      ([key]) => {
        const value = find(key as Buffer)?.value ?? null;
        remove(key as Buffer);
        return value;
      },
    ],
    MGET: [1, (keys) => keys.map((key) => find(key)?.value ?? null)],
    DEL: [1, (keys) => count(keys, remove)],
    UNLINK: [1, (keys) => count(keys, remove)],
    EXISTS: [1, (keys) => count(keys, (key) => find(key) !== undefined)],
    TYPE: [1, ([key]) => ({ status: find(key as Buffer) ? 'string' : 'none' })],
    STRLEN: [1, ([key]) => find(key as Buffer)?.value.length ?? 0],
    INCR: [1, ([key]) => add(key as Buffer, 1)],
    DECR: [1, ([key]) => add(key as Buffer, -1)],
    INCRBY: [2, ([key, by]) => add(key as Buffer, integer(by as Buffer) ?? Number.NaN)],
    DECRBY: [2, ([key, by]) => add(key as Buffer, -(integer(by as Buffer) ?? Number.NaN))],
    EXPIRE: [2, ([key, seconds]) => expire(key as Buffer, scaled(seconds, 1000))],
    PEXPIRE: [2, ([key, ms]) => expire(key as Buffer, scaled(ms, 1))],
    TTL: [1, ([key]) => remaining(key as Buffer, 1000)],
    PTTL: [1, ([key]) => remaining(key as Buffer, 1)],
    PERSIST: [
      1,
      ([key]) => {
        const entry = find(key as Buffer);
        if (entry?.expiresAt === undefined) return 0;
        delete entry.expiresAt;
        return 1;
      },
    ],
    DBSIZE: [0, () => liveKeys().length],
    KEYS: [1, ([pattern]) => liveKeys().filter(globOf(String(pattern)))],
    SCAN: [1, (args) => ['0', liveKeys().filter(globOf(optionOf(args, 'MATCH') ?? '*'))]],
    FLUSHDB: [0, clear],
    FLUSHALL: [0, clear],
  };

  return {
    run(name, args) {
      commands++;
      const found = table[name];
      if (!found) return { error: `ERR unknown command '${name.slice(0, 128)}' ${standInMark}` };
      const [minArgs, command] = found;
      if (args.length < minArgs) {
        return { error: `ERR wrong number of arguments for '${name.toLowerCase()}' command` };
      }
      if (maxMemory > 0 && needMemory.has(name) && usedMemory() > maxMemory) return outOfMemory;
      return command(args);
    },
  };
}

import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, type Stats, statSync } from 'node:fs';
import { lstat, open, readlink, stat } from 'node:fs/promises';
import { type Checksum, ProbeError } from '../check/probes.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';

const defaultMaxBytes = 1024 * 1024;
const maxChunkBytes = 64 * 1024;

export function createFileProbe(context: ProbeContext): ClosableProbe<'file'> {
  return {
    async stat({ path, checksums = [] }) {
      try {
        const facts = await lstat(path);
        const type = typeOf(facts);
        const owner = namesOf('/etc/passwd').get(facts.uid);
        const group = namesOf('/etc/group').get(facts.gid);
        return {
          exists: true,
          type,
          mode: (facts.mode & 0o7777).toString(8).padStart(4, '0'),
          size: facts.size,
          uid: facts.uid,
          gid: facts.gid,
          ...(owner ? { owner } : {}),
          ...(group ? { group } : {}),
          ...(type === 'symlink' ? { linkedTo: await readlink(path) } : {}),
          ...(checksums.length > 0 && (await isReadable(path))
            ? { checksums: await checksumsOf(path, checksums, context.signal) }
            : {}),
        };
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT' || code === 'ENOTDIR') return { exists: false };
        throw new ProbeError(code ?? 'FAILED', `${path}: ${code}`);
      }
    },
    async read({ path, maxBytes = defaultMaxBytes }) {
      try {
        // Not blocking: a FIFO without a writer would never open.
        const file = await open(path, 0o4000);
        try {
          const { size } = await file.stat();
          const chunks: Buffer[] = [];
          let bytes = 0;
          while (bytes < maxBytes) {
            const wanted = Math.min(maxBytes - bytes, chunkOf(size - bytes));
            const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted));
            chunks.push(buffer.subarray(0, bytesRead));
            bytes += bytesRead;
            if (bytesRead === 0 || (bytes === size && bytesRead < wanted)) break;
          }
          const text = Buffer.concat(chunks).toString('utf8');
          return { text, bytes: Math.max(size, bytes), truncated: size > bytes };
        } finally {
          await file.close();
        }
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        throw new ProbeError(
          code ?? 'FAILED',
          `${path}: ${code === 'ENOENT' ? 'there is no such file' : code}`,
        );
      }
    },
  };
}

/** Returns the size of the next read: one byte more than is left shows the end. Files of `/proc` say that they are empty. */
function chunkOf(leftBytes: number): number {
  return leftBytes > 0 ? Math.min(leftBytes + 1, maxChunkBytes) : maxChunkBytes;
}

function typeOf(facts: Stats) {
  if (facts.isSymbolicLink()) return 'symlink';
  if (facts.isDirectory()) return 'directory';
  if (facts.isSocket()) return 'socket';
  if (facts.isFIFO()) return 'pipe';
  if (facts.isCharacterDevice()) return 'character-device';
  return facts.isBlockDevice() ? 'block-device' : 'file';
}

/** A pipe or a device would never end. */
async function isReadable(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isFile(),
    () => false,
  );
}

/** In one pass over the file. */
async function checksumsOf(path: string, wanted: readonly Checksum[], signal: AbortSignal) {
  const hashes = wanted.map((name) => [name, createHash(name)] as const);
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 256 * 1024 })) {
    for (const [, hash] of hashes) hash.update(chunk as Buffer);
  }
  return Object.fromEntries(hashes.map(([name, hash]) => [name, hash.digest('hex')]));
}

interface Table {
  /** Identity of the file's content. */
  version: string;
  names: ReadonlyMap<number, string>;
}

const tables = new Map<string, Table>();

/** Returns the names of a table of users or groups by their IDs; the file is read again when it has changed. */
function namesOf(file: string): Table['names'] {
  const facts = statSync(file, { bigint: true, throwIfNoEntry: false });
  const version = `${facts?.ino} ${facts?.size} ${facts?.mtimeNs}`;
  let table = tables.get(file);
  if (table?.version !== version) {
    const entries = linesOf(file)
      .map((line) => line.split(':'))
      .filter(([, , id]) => id);
    // The first name of an ID is its name.
    table = { version, names: new Map(entries.reverse().map(([name = '', , id]) => [Number(id), name])) };
    tables.set(file, table);
  }
  return table.names;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

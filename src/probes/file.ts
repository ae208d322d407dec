import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { lstat, open, readFile, readlink, stat } from 'node:fs/promises';
import { type Checksum, ProbeError } from '../check/probes.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';

const defaultMaxBytes = 1024 * 1024;

export function createFileProbe(context: ProbeContext): ClosableProbe<'file'> {
  return {
    async stat({ path, checksums = [] }) {
      try {
        const facts = await lstat(path);
        const type = typeOf(facts);
        const owner = await nameOf('/etc/passwd', facts.uid);
        const group = await nameOf('/etc/group', facts.gid);
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
          // Files of /proc say that they are empty: read until the end or the cap, whatever the size.
          const chunks: Buffer[] = [];
          let bytes = 0;
          while (bytes < maxBytes) {
            const { buffer, bytesRead } = await file.read(
              Buffer.alloc(Math.min(maxBytes - bytes, 64 * 1024)),
            );
            if (bytesRead === 0) break;
            chunks.push(buffer.subarray(0, bytesRead));
            bytes += bytesRead;
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

async function nameOf(table: string, id: number): Promise<string | undefined> {
  const text = await readFile(table, 'utf8').catch(() => '');
  const line = text.split('\n').find((entry) => entry.split(':')[2] === String(id));
  return line?.split(':')[0];
}

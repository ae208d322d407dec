import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, readFile, readlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ProbeError } from '../check/probes.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';

const defaultMaxBytes = 1024 * 1024;
/** Larger files are not hashed. */
const maxHashedBytes = 256 * 1024 * 1024;

export function createFileProbe(context: ProbeContext): ClosableProbe<'file'> {
  return {
    async stat({ path }) {
      try {
        const facts = await lstat(path);
        const type = facts.isSymbolicLink()
          ? 'symlink'
          : facts.isFile()
            ? 'file'
            : facts.isDirectory()
              ? 'directory'
              : 'other';
        const owner = await nameOf('/etc/passwd', facts.uid);
        const group = await nameOf('/etc/group', facts.gid);
        return {
          exists: true,
          type,
          mode: `0${(facts.mode & 0o7777).toString(8).padStart(3, '0')}`,
          size: facts.size,
          uid: facts.uid,
          gid: facts.gid,
          ...(owner ? { owner } : {}),
          ...(group ? { group } : {}),
          ...(type === 'symlink' ? { linkedTo: await readlink(path) } : {}),
          ...(type === 'file' && facts.size <= maxHashedBytes
            ? { sha256: await sha256(path, context.signal) }
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
        // Not blocking: a FIFO that nobody writes to would never open.
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

async function sha256(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal });
  return hash.digest('hex');
}

async function nameOf(table: string, id: number): Promise<string | undefined> {
  const text = await readFile(table, 'utf8').catch(() => '');
  const line = text.split('\n').find((entry) => entry.split(':')[2] === String(id));
  return line?.split(':')[0];
}

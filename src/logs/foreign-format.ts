/** Returns the format of a file that is not a log, recognized by its first bytes. */
export const foreignFormats = {
  gzip: { means: 'it is compressed with gzip', filter: 'gzip -dc' },
  zstd: { means: 'it is compressed with zstd', filter: 'zstd -dc' },
  'utf-16': { means: 'it is UTF-16', filter: 'iconv -f UTF-16 -t UTF-8' },
} as const;

export type ForeignFormat = keyof typeof foreignFormats;

export function foreignFormatOf(head: Uint8Array): ForeignFormat | undefined {
  const [a, b, c, d] = head;
  if (a === 0x1f && b === 0x8b) return 'gzip';
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd';
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return 'utf-16';
  // Without a byte order mark: every other byte of plain ASCII is zero.
  if (a && b === 0 && c && d === 0) return 'utf-16';
  return a === 0 && b && c === 0 && d ? 'utf-16' : undefined;
}

import type { Reply } from './cache-store.ts';

export function integer(text: Buffer): number | undefined {
  const value = Number(text.toString('latin1'));
  return /^-?\d{1,19}$/.test(text.toString('latin1')) && Number.isSafeInteger(value) ? value : undefined;
}

/** `100mb`, as Redis writes sizes. */
export function bytesOf(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,15})(b|kb?|mb?|gb?)?$/i.exec(text) ?? [];
  const factors = { k: 1e3, kb: 1024, m: 1e6, mb: 1024 ** 2, g: 1e9, gb: 1024 ** 3 } as Record<
    string,
    number
  >;
  return digits === undefined ? undefined : Number(digits) * (factors[unit.toLowerCase()] ?? 1);
}

export function settingRefused(name: string, why: string): Reply {
  return { error: `ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}` };
}

export function optionOf(args: Buffer[], name: string): string | undefined {
  const index = args.findIndex((arg) => arg.toString().toUpperCase() === name);
  return index < 0 ? undefined : args[index + 1]?.toString('latin1');
}

/** `*` and `?` of a key pattern; the rest is literal. */
export function globOf(pattern: string): (key: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  const expression = new RegExp(`^${source}$`);
  return (key) => expression.test(key);
}

import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../base/duration.ts';

/** For an option that may be given several times. */
export function several(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** Checked here, kept as it was written: the configuration reads it. */
export function duration(text: string): string {
  if (parseDuration(text) === undefined) throw new InvalidArgumentError('Write 250ms, 5s or 2m.');
  return text;
}

export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('Write a whole number from 1 on.');
  return value;
}

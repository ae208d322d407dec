import type { Command } from 'commander';

/** Returns the options that were given on the command line, as arguments of another call, without those named. */
export function givenFlags(command: Command, without: readonly string[]): string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    if (without.includes(name) || command.getOptionValueSource(name) !== 'cli') return [];
    const value: unknown = command.getOptionValue(name);
    const flag = option.long as string;
    if (option.negate) return value === false ? [flag] : [];
    if (typeof value === 'boolean') return value ? [flag] : [];
    return [value].flat().map((each) => `${flag}=${String(each)}`);
  });
}

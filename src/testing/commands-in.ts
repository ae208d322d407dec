/** Returns each call of meatymusic in a shell example, as arguments. */
export function commandsIn(example: string): string[][] {
  return example
    .replace(/\\\n/g, ' ')
    .split(/\n|&&|\|/)
    .flatMap((line) => /(?:^|\s)meatymusic\s+(.*)/.exec(line.replace(/\s#.*/, ''))?.[1] ?? [])
    .map((words) =>
      [...words.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
        ([, single, double, plain = '']) => single ?? double ?? plain,
      ),
    );
}

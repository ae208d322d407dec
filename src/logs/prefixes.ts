import type { FrameName } from './frames.ts';

/** Bytes of a line in which a prefix is searched. */
export const longestPrefix = 300;

const time = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?`;
/** Colours, and what a terminal is asked to erase. */
const colour = String.raw`(?:\x1b\[[\d;]*[A-Za-z])*`;
const level = '(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|trace|debug|info|warn|error)';
const syslogTime = String.raw`[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d`;

/** Prefixes that no logger writes itself, so that plain text behind one is recognized as well. */
const knownPrefixes: readonly { name: FrameName; pattern: RegExp }[] = [
  { name: 'cri', pattern: anchored(`${time} (?:stdout|stderr) [FP] `) },
  { name: 'gitlab', pattern: anchored(`${time} \\d\\d[OE][ +]`) },
  {
    name: 'github-actions',
    pattern: anchored(
      String.raw`(?:[^\t{]{1,99}\t[^\t{]{1,99}\t)?(?:\xef\xbb\xbf|\ufeff)?\d{4}-\d\d-\d\dT[\d:]{8}\.\d{7}Z `,
    ),
  },
  { name: 'timestamp', pattern: anchored(String.raw`\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}Z `) },
  { name: 'pm2', pattern: anchored(String.raw`${colour}\d+\|[\w.@/-]+ +\| ?${colour}`) },
  { name: 'foreman', pattern: anchored(String.raw`${colour}\d\d:\d\d:\d\d [\w.-]+ +\| ?${colour}`) },
  { name: 'compose', pattern: anchored(String.raw`${colour}(?!${level}\b)[\w.-]+ +\| ?${colour}`) },
  { name: 'kubectl', pattern: anchored(String.raw`\[pod/[\w.-]+/[\w.-]+\] `) },
  { name: 'heroku', pattern: anchored(String.raw`${time} (?:app|heroku)\[[\w.-]+\]: `) },
  { name: 'cloud-foundry', pattern: anchored(String.raw`\s*${time} \[[\w/-]+\] ?(?:OUT|ERR) `) },
  { name: 'lambda', pattern: anchored(String.raw`${time}\t(?:[\da-f-]{36}|undefined)\t[A-Z]+\t`) },
  {
    name: 'syslog',
    pattern: anchored(String.raw`<\d{1,3}>1 \S+ \S+ \S+ \S+ \S+ (?:-|\[[^\]]*\]) ?(?:\xef\xbb\xbf|\ufeff)?`),
  },
  { name: 'syslog', pattern: anchored(String.raw`(?:<\d{1,3}>)?${syslogTime} \S+ [\w./@-]+(?:\[\d+\])?: `) },
  { name: 'syslog', pattern: anchored(String.raw`${time} \S+ [\w./@-]+\[\d+\]: `) },
];

const onlyTime = anchored(String.raw`[\s[(]*${time}[\])]?[\s|:-]*$`);

function anchored(source: string): RegExp {
  return new RegExp(`^${source}`);
}

export interface Prefix {
  name: FrameName;
  length: number;
  /** The line continues in the next one of the frame. */
  isPart: boolean;
}

/** Returns the known prefix that a text begins with. */
export function findPrefix(head: string): Prefix | undefined {
  if (!mayBeKnown.test(head)) return undefined;
  for (const { name, pattern } of knownPrefixes) {
    const prefix = pattern.exec(head)?.[0];
    if (prefix) return { name, length: prefix.length, isPart: name === 'cri' && prefix.endsWith(' P ') };
  }
  return undefined;
}

/** What every known prefix begins with: a digit, a bracket, an escape, a month, or a name before a bar. */
const mayBeKnown = /^(?:[\d<[\s\x1b\ufeff\xef]|[A-Z][a-z]{2} |[\w.-]+ +\||[^\t{]+\t)/;

/** Returns the name of a prefix that is only accepted before a JSON object. `isRecord`: the object is that of a logger. */
export function nameOtherPrefix(prefix: string, isRecord: boolean): FrameName | undefined {
  if (onlyTime.test(prefix)) return 'timestamp';
  return isRecord ? 'prefix' : undefined;
}

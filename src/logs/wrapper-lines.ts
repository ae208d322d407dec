/**
 * Lines that come from the program that started a service and not from the service: the script that `npm run`, `pnpm`,
 * `yarn` and `bun` announce, the progress of turbo and concurrently, and the restarts of nodemon and `node --watch`.
 */

/** How `turbo`, `concurrently` and `pnpm --recursive` name the package before each line. */
const packageName = /^(?:\[[\w.@/-]+\] |[@\w./-]+:[\w.-]+: |[@\w./-]+ [\w.:-]+: )/;

const wholeLines: readonly RegExp[] = [
  /^npm (?:error|ERR!|notice|warn|WARN)(?: |$)/,
  /^\s?ELIFECYCLE\s+Command failed/,
  /^Scope: (?:all )?\d+ (?:of \d+ )?workspace projects?$/,
  /^[@\w./-]+ [a-z][\w.:-]*\$ \S/,
  /^• (?:turbo \d|Packages in scope: |Running [\w.:-]+ in \d+ packages?|Remote caching )/,
  /^[@\w./-]+:[\w.-]+: cache (?:bypass, force executing|miss, executing|hit, replaying logs) [\da-f]+$/,
  /^[@\w./-]+:[\w.-]+: $/,
  /^\[[\w.@/-]+\] .{1,200} exited with code (?:\d+|SIG[A-Z]+)$/,
  /^\[nodemon\] /,
  /^(?:Restarting|Completed running|Failed running) '[^']+'/,
];

const namedScript = /^> (?:@[\w.-]+\/)?[\w.-]+@\S* [\w.:-]+(?: \/.*)?$/;
const unnamedScript = /^> [\w.:-]+$/;
const yarnScript = /^yarn run v\d+\.\d+\.\d+$/;

/** Lines at the start of a log among which a package without a name is announced, behind a blank one. */
const startLines = 2;

/** Returns whether a line is one of a wrapper: `whole` by itself, `script` if the next line names its command. */
export function wrapperLineOf(line: string, number: number): 'whole' | 'script' | undefined {
  if (wholeLines.some((pattern) => pattern.test(line))) return 'whole';
  const text = withoutName(line);
  if (namedScript.test(text) || yarnScript.test(text)) return 'script';
  if (number > startLines) return undefined;
  return unnamedScript.test(text) ? 'script' : /^\$ \S/.test(text) ? 'whole' : undefined;
}

/** True if a line names the command of the script that the line before it announced. */
export function isCommandOf(script: string, line: string): boolean {
  return withoutName(line).startsWith(withoutName(script)[0] === '>' ? '> ' : '$ ');
}

function withoutName(line: string): string {
  return line.replace(packageName, '').trimEnd();
}

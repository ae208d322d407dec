import type { StackInfo } from '../check/stack.ts';
import type { ProbeContext } from '../probes/context.ts';

/** Returns a function that replaces the commands in a hint that do not work on this stack. */
export function createFitHint(
  { runtime, services }: Pick<StackInfo, 'runtime' | 'services'>,
  logs: ProbeContext['logs'],
): (hint: string) => string {
  return (hint) => {
    const readable = hint.replace(
      /\bmeatymusic logs ([\w.-]*\w)(?: --(?:since|tail) \w+)?/g,
      (command, service: string) =>
        services[service] && !logs[service] ? `read the log of ${service} where it runs` : command,
    );
    return runtime === 'external'
      ? readable.replace(/\bmeatymusic up\b(?: starts it again)?/g, 'start it where it runs')
      : readable;
  };
}

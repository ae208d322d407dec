import { Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { problemsOfReporter, type Reporter, type ReporterDefinition } from '../check/reporter.ts';
import { loadUserModule } from '../sources/user-module.ts';

/** Loads the reporter of a file: its default export. Rejects with a `Fault` (78) when there is none. */
export async function loadReporterFile(file: string, signal?: AbortSignal): Promise<Reporter> {
  let loaded: unknown;
  try {
    loaded = (await loadUserModule(file, signal)).default;
  } catch (cause) {
    signal?.throwIfAborted();
    throw badReporter([`${file}: ${messageOf(cause).split('\n')[0]}`], cause);
  }
  const problems = problemsOfReporter(loaded);
  if (problems.length > 0) throw badReporter(problems.map((problem) => `${file}: ${problem}`));
  return isolate(loaded as ReporterDefinition);
}

/** Returns the reporters of plugins by name. Throws a `Fault` (78) where two have one name, `taken` ones included. */
export function namedReporters(
  definitions: readonly ReporterDefinition[],
  taken: readonly string[],
): ReadonlyMap<string, Reporter> {
  const reporters = new Map<string, Reporter>();
  for (const definition of definitions) {
    const { name } = definition;
    if (taken.includes(name) || reporters.has(name)) {
      throw badReporter([`the reporter "${name}" of a plugin has the name of another reporter`]);
    }
    reporters.set(name, isolate(definition));
  }
  return reporters;
}

/** A reporter gets a copy of the result: what it changes changes no other report and no exit code. */
function isolate(definition: ReporterDefinition): Reporter {
  const { name, commands } = definition;
  return {
    ...(commands ? { commands } : {}),
    render(result, look) {
      const text: unknown = definition.render(structuredClone(result), { ...look });
      if (typeof text !== 'string') throw new TypeError(`render() of ${name} returned no text`);
      return text;
    },
  };
}

function badReporter(details: string[], cause?: unknown): Fault {
  return new Fault({
    code: 'bad-reporter',
    message: 'a reporter cannot be loaded',
    details,
    exitCode: ExitCode.config,
    cause,
  });
}

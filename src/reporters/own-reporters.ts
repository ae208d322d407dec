import { Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { isPlainObject } from '../base/plain-object.ts';
import {
  type FolderReporter,
  problemsOfReporter,
  type Reporter,
  type ReporterDefinition,
} from '../check/reporter.ts';
import { loadUserModule } from '../sources/user-module.ts';

/** Loads the reporter of a file: its default export. Rejects with a `Fault` (78) when there is none. */
export async function loadReporterFile(
  file: string,
  signal?: AbortSignal,
): Promise<Reporter | FolderReporter> {
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
): ReadonlyMap<string, Reporter | FolderReporter> {
  const reporters = new Map<string, Reporter | FolderReporter>();
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
function isolate(definition: ReporterDefinition): Reporter | FolderReporter {
  const { name } = definition;
  if ('files' in definition) {
    return {
      files(result, look) {
        const files: unknown = definition.files(structuredClone(result), { ...look });
        if (!isPlainObject(files)) throw new TypeError(`files() of ${name} returned no map of files`);
        for (const [file, content] of Object.entries(files)) {
          if (typeof content === 'string' || content instanceof Uint8Array) continue;
          throw new TypeError(`files() of ${name} returned neither text nor bytes for ${file}`);
        }
        return files as Record<string, string | Uint8Array>;
      },
    };
  }
  const { commands } = definition;
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

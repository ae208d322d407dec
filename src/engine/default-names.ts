import { areaOf } from '../check/area-of.ts';
import type { Check } from '../check/define-check.ts';
import type { Evidence } from '../check/evidence.ts';
import type { Fail, Skip } from '../check/verdict.ts';
import { type GivenOptions, optionsGivenFor } from './given-options.ts';

/** Codes of failures that report a missing endpoint, if it answered 404. */
const missingCodes = ['no-endpoint', 'wrong-status', 'fails-before'];

/** Options with names of what a database has, and the codes of failures that report it missing. */
const namesOfParts: Readonly<Record<string, readonly string[]>> = {
  tables: ['table-missing'],
  extension: ['not-installed', 'not-available'],
};

export interface DefaultPaths {
  given: GivenOptions;
  /** Every check of the project: an area whose checks share a path is configured in one line. */
  checks?: readonly Check[];
  /** Returns a setting of a service that holds a path, if it is not configured. */
  unsetPath?: (service: string, setting: string) => string | undefined;
}

/** A path that is not configured, and the line that configures it. */
interface DefaultPath {
  path: string;
  line: string;
}

/** Setting of a service that holds the path of an endpoint which an API may not have. */
const pathSetting = 'readyPath';

/**
 * Returns the check so that it is skipped, and not failed, where what it judges is missing under a name that is not configured, such
 * as an endpoint that answers 404: on a stack that is not the reference stack, it is not known whether it was ever agreed on.
 */
export function skippedWhereNotAgreed(check: Check, defaults: DefaultPaths): Check {
  if (!check.source.startsWith('checks/')) return check;
  const path = defaultPathOf(check, defaults);
  const options = optionsGivenFor(check, defaults.given);
  const parts = Object.entries(namesOfParts).filter(([name]) => check.options?.[name] && !options.has(name));
  if (!path && parts.length === 0) return check;
  return {
    ...check,
    async run(context) {
      const verdict = await check.run(context);
      if (context.stack.isReference || verdict.status !== 'fail') return verdict;
      if (path && isMissing(verdict, path)) {
        return skip(
          check,
          `${path.path} is the default path, it is not configured, and it answers 404`,
          path.line,
        );
      }
      const part = parts.find(([, codes]) => codes.includes(verdict.code));
      if (!part) return verdict;
      const [name] = part;
      const line = `options: { '${check.id}': { ${name}: … } }`;
      return skip(
        check,
        `the option ${name} is not configured, and its default is not there: ${verdict.actual}`,
        line,
      );
    },
  };
}

function defaultPathOf(
  check: Check,
  { given, checks = [], unsetPath = () => undefined }: DefaultPaths,
): DefaultPath | undefined {
  const { id, options, judges, service } = check;
  const path = options?.path?.default;
  if (typeof path === 'string' && path !== '') {
    if (optionsGivenFor(check, given).has('path')) return undefined;
    const area = areaOf(id);
    const others = checks
      .filter((each) => areaOf(each.id) === area)
      .map((each) => each.options?.path?.default);
    const isShared = others.every((other) => other === undefined || other === path);
    return {
      path,
      line: isShared ? `contract: { ${area}: { path: … } }` : `options: { '${id}': { path: … } }`,
    };
  }
  if (judges !== 'api' || options?.path) return undefined;
  const name = service ?? 'api';
  const ofService = unsetPath(name, pathSetting);
  return ofService === undefined
    ? undefined
    : { path: ofService, line: `services: { ${name}: { ${pathSetting}: … } }` };
}

function isMissing({ code, evidence }: Fail, { path }: DefaultPath): boolean {
  const wanted = pathOf(path);
  const answers404 = (each: Evidence) =>
    each.kind === 'http' &&
    each.exchange.response?.status === 404 &&
    pathOf(each.exchange.request.url).endsWith(wanted);
  return missingCodes.includes(code) && evidence.some(answers404);
}

/** The path of an address or a path, without the query, which may hold placeholders. */
function pathOf(address: string): string {
  return new URL(address, 'http://localhost').pathname;
}

function skip({ id }: Check, reason: string, line: string): Skip {
  return {
    status: 'skip',
    reason,
    enable: `${line} where it has another name, verify: { skip: ['${id}'] } where it has none, contract: full where it must have it`,
  };
}

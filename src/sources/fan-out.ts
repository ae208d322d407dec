import type { Check } from '../check/define-check.ts';
import { hasStandardName, roleOfKind } from '../check/instance.ts';
import type { Sabotage } from '../check/sabotage.ts';

/** A service, as far as it matters for which checks judge it. */
export interface JudgedService {
  name: string;
  kind: string;
  dependsOn?: readonly string[];
}

export interface FannedOut {
  checks: Check[];
  /** Checks of kinds that the stack has no service of. */
  unused: Check[];
}

/**
 * Returns the checks with one more for each further service of the kind that they judge: `api/health` for `api`,
 * `api/health@payments` for `payments`. A check of a kind that the contract has no name for exists for its services alone.
 */
export function fanOut(checks: readonly Check[], services: readonly JudgedService[]): FannedOut {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const unused: Check[] = [];
  const fanned = checks.flatMap((check) => {
    const { judges } = check;
    if (judges === undefined) return [check];
    const role = roleOfKind(judges);
    const others = services.filter(({ name, kind }) => kind === judges && name !== role);
    const instances = others.map((service) => instanceOf(check, service, byId));
    if (hasStandardName(judges)) return [check, ...instances];
    const named = services.find(({ name, kind }) => kind === judges && name === role);
    if (named) instances.push(instanceOf(check, named, byId));
    if (instances.length === 0) unused.push(check);
    return instances;
  });
  return { checks: fanned, unused };
}

function instanceOf(check: Check, service: JudgedService, byId: ReadonlyMap<string, Check>): Check {
  const role = roleOfKind(check.judges as string);
  const uses = (check.uses ?? [role]).map((name) => (name === role ? service.name : name));
  const isJudged = (id: string) => byId.get(id)?.judges === check.judges;
  const retarget = (text: string) =>
    textAbout(text, role, service.name).replaceAll(
      /\bmeatymusic verify ([\w-]+\/[\w-]+)(?![\w@-])/g,
      (all, id) => (isJudged(id) ? `${all}@${service.name}` : all),
    );
  const before = (id: string): string[] => {
    const { judges } = byId.get(id) ?? {};
    if (isJudged(id)) return [`${id}@${service.name}`];
    // Of another service: only if this one is known to need it.
    const needs = [...uses, ...(service.dependsOn ?? [])];
    return judges === undefined || needs.includes(roleOfKind(judges)) ? [id] : [];
  };
  return {
    ...check,
    id: `${check.id}@${service.name}`,
    service: service.name,
    dependsOn: service.dependsOn ?? [],
    uses,
    ...(check.stops !== undefined && { stops: check.stops === role ? service.name : check.stops }),
    after: (check.after ?? []).flatMap(before),
    ...(check.blockedBy && {
      blockedBy: Object.fromEntries(
        Object.entries(check.blockedBy).flatMap(([id, codes]) => before(id).map((each) => [each, codes])),
      ),
    }),
    codes: Object.fromEntries(
      Object.entries(check.codes).map(([code, each]) => [code, { ...each, hint: retarget(each.hint) }]),
    ),
    ...(check.sabotage && { sabotage: check.sabotage.map((each) => sabotageOf(each, role, service.name)) }),
    async run(context) {
      const verdict = await check.run(context);
      if (verdict.status === 'skip') {
        const { reason, enable } = verdict;
        return {
          ...verdict,
          reason: retarget(reason),
          ...(enable !== undefined && { enable: retarget(enable) }),
        };
      }
      if (verdict.status !== 'fail' || verdict.hint === undefined) return verdict;
      return { ...verdict, hint: retarget(verdict.hint) };
    },
  };
}

/** Services that a sabotage without a service breaks. */
const rolesOfKinds: Partial<Record<Sabotage['kind'], string>> = { sql: 'database', redis: 'cache' };

function sabotageOf(sabotage: Sabotage, role: string, service: string): Sabotage {
  const broken = 'service' in sabotage ? sabotage.service : rolesOfKinds[sabotage.kind];
  if (broken !== role) return sabotage;
  return { ...sabotage, service } as Sabotage;
}

/** Settings and commands that a text names, with the name of the service that is meant. */
function textAbout(text: string, role: string, service: string): string {
  return text
    .replaceAll(new RegExp(`\\bservices\\.${role}\\b(?!-)`, 'g'), `services.${service}`)
    .replaceAll(new RegExp(`\\bservices: \\{ ${role}:`, 'g'), `services: { ${service}:`)
    .replaceAll(new RegExp(`\\bmeatymusic logs ${role}\\b(?!-)`, 'g'), `meatymusic logs ${service}`);
}

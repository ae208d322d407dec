import { codeOf, Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { areaOf } from '../check/area-of.ts';
import type { Check } from '../check/define-check.ts';
import { type Selection, selectChecks } from './select.ts';

/** What is to run. Where all that was selected is left out again, the `Fault` says by what. */
export function chooseChecks(checks: readonly Check[], selection: Selection): Check[] {
  try {
    return selectChecks(checks, selection);
  } catch (error) {
    const { skip, areasOff = new Set() } = selection;
    if (codeOf(error) !== 'nothing-selected') throw error;
    const all = { ...selection, skip: [], areasOff: new Set<string>() };
    const selected = selectChecks(checks, all, { alone: true }).map(({ id }) => id);
    const off = [...new Set(selected.map(areaOf))].filter((area) => areasOff.has(area));
    const skipped = selected.filter((id) => !areasOff.has(areaOf(id)));
    if (skipped.length === 0) throw notInContract(off);
    const one = selected.length === 1;
    const contract = off.map((area) => `contract.${area}: false`).join(', ');
    const leaves = contract ? ` and ${contract} leave` : ' leaves';
    const what = selected.length > 5 ? `${selected.length} checks` : selected.join(', ');
    throw new Fault({
      code: 'nothing-selected',
      message: `${what} ${one ? 'is' : 'are'} selected, and --skip ${skip.join(', ')}${leaves} ${one ? 'it' : 'them'} out again`,
      hint: '--skip wins over what is named; `verify.skip` of the configuration counts as well',
      exitCode: ExitCode.usage,
    });
  }
}

function notInContract(areas: readonly string[]): Fault {
  const [area] = areas;
  return new Fault({
    code: 'nothing-selected',
    message: `${areas.join(', ')}: not part of this stack's contract`,
    hint: `contract.${area}: false in the configuration leaves it out`,
    exitCode: ExitCode.usage,
  });
}

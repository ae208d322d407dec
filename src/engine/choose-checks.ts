import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { Check } from '../check/define-check.ts';
import { type Selection, selectChecks } from './select.ts';

/** What is to run. Where all that was selected is left out again, the `Fault` says by what. */
export function chooseChecks(checks: readonly Check[], selection: Selection): Check[] {
  try {
    return selectChecks(checks, selection);
  } catch (error) {
    const { skip } = selection;
    if (!(error instanceof Fault) || error.code !== 'nothing-selected' || skip.length === 0) throw error;
    const selected = selectChecks(checks, { ...selection, skip: [] }, { alone: true }).map(({ id }) => id);
    const one = selected.length === 1;
    const what = selected.length > 5 ? `${selected.length} checks` : selected.join(', ');
    throw new Fault({
      code: 'nothing-selected',
      message: `${what} ${one ? 'is' : 'are'} selected, and --skip ${skip.join(', ')} leaves ${one ? 'it' : 'them'} out again`,
      hint: '--skip wins over what is named; `verify.skip` of the configuration counts as well',
      exitCode: ExitCode.usage,
    });
  }
}

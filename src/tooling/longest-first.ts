import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take more than a minute, the longest first. */
const longest = [
  'checks/prove.e2e',
  'projects/projects.e2e',
  'compose/compose.e2e',
  'up/up.e2e',
  'database/tenancies.integration',
  'compose/failures.integration',
  'compose/receiver.integration',
  'compose/two-checkouts.e2e',
  'session/repair.e2e',
  'verify/verify.e2e',
  'compose/foreign.integration',
  'migrate/migrate.integration',
  'src/readme.e2e',
  'browser/pages.integration',
];

/** Starts the longest files first, so that none of them runs alone at the end. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = longest.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
      return rank < 0 ? longest.length : rank;
    };
    // Stable: the others stay in the order of Vitest.
    return (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

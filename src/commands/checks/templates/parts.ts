/** What the check and the test of one probe differ in, as text. */
export interface Parts {
  uses: string;
  after: string;
  options: string;
  codes: string;
  sabotage: string;
  run: string;
  passes: string;
  fails: string;
  /** What the test declares before it begins. */
  helpers: string;
}

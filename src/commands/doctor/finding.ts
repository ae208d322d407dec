/** One thing that was looked at. */
export interface Finding {
  name: string;
  /** note: it works, with less. bad: it does not. */
  state: 'ok' | 'note' | 'bad';
  found: string;
  /** Next step for the user; a command where there is one. */
  fix?: string;
}

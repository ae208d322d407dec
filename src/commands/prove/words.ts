import { formatDuration } from '../../base/duration.ts';
import { safeLine } from '../../base/safe-text.ts';
import type { Output } from '../invocation.ts';
import { type Style, styleFor } from '../style.ts';
import type { Proof, ProofOfSabotage } from './proof.ts';

const signs = { proven: '✔', refuted: '✖', skipped: '○', unproven: '?' } as const;
const nameWidth = 44;

/** A proof for a person: the check, and a line for each way in which the stack was broken. */
export function textOf({ id, status, reason, sabotages }: Proof, output: Pick<Output, 'color'>): string {
  const style = styleFor(output);
  const paint = { proven: style.good, refuted: style.bad, skipped: style.warn, unproven: style.bad }[status];
  const why = reason ? style.dim(`  ${status}: ${safeLine(reason, 300)}`) : '';
  const lines = [`${paint(signs[status])} ${safeLine(id, 200)}${why}`];
  for (const each of sabotages) lines.push(...linesOf(each, style));
  return `${lines.join('\n')}\n`;
}

function linesOf({ name, code, holds, found, durationMs }: ProofOfSabotage, style: Style): string[] {
  const shown = safeLine(name, 200);
  if (holds) {
    const verdict = style.dim(`fail ${code}, ${formatDuration(durationMs)}`);
    return [`    ${style.good('✔')} ${shown.padEnd(nameWidth)}  ${verdict}`];
  }
  return [
    `    ${style.bad('✖')} ${shown}`,
    `      wanted  fail ${code}, then as before`,
    `      found   ${safeLine(found ?? '', 600)}`,
  ];
}

/** `49 of 51 checks proven able to fail, 1 refuted, 1 skipped`. */
export function summaryOf(proofs: readonly Proof[], chosen: number): string {
  const count = (status: Proof['status']) => proofs.filter((proof) => proof.status === status).length;
  const others = (['refuted', 'unproven', 'skipped'] as const).map((status) => [count(status), status]);
  const undecided = [chosen - proofs.length, 'not decided'];
  const told = [...others, undecided].filter(([number]) => Number(number) > 0);
  const proven = `${count('proven')} of ${chosen} ${chosen === 1 ? 'check' : 'checks'} proven able to fail`;
  return [proven, ...told.map((each) => each.join(' '))].join(', ');
}

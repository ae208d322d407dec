import { formatDuration } from '../../base/duration.ts';
import { safeLine } from '../../base/safe-text.ts';
import { besideText } from '../../base/wrap-text.ts';
import type { Proof, ProofOfSabotage } from '../../prove/proof.ts';
import type { Output } from '../invocation.ts';
import { type Style, styleFor } from '../style.ts';

const signs = { proven: '✔', refuted: '✖', skipped: '○', unproven: '?' } as const;
const nameWidth = 44;

/** A proof for a person: the check, and a line for each way in which the stack was broken. */
export function textOf(
  { id, status, reason, sabotages }: Proof,
  output: Pick<Output, 'color' | 'columns'>,
): string {
  const style = styleFor(output);
  const paint = { proven: style.good, refuted: style.bad, skipped: style.warn, unproven: style.bad }[status];
  const { columns } = output;
  const name = `${paint(signs[status])} ${safeLine(id, 200)}`;
  const lines = reason
    ? besideText(`${name}  `, `${status}: ${safeLine(reason, 300)}`, columns, style.dim)
    : [name];
  for (const each of sabotages) lines.push(...linesOf(each, style, columns));
  return `${lines.join('\n')}\n`;
}

function linesOf(
  { name, code, holds, skipped, found, durationMs }: ProofOfSabotage,
  style: Style,
  columns: number,
): string[] {
  const shown = safeLine(name, 200);
  if (holds) {
    const verdict = `fail ${code}, ${formatDuration(durationMs)}`;
    const start = `    ${style.good('✔')} `;
    if (6 + Math.max(nameWidth, shown.length) + 2 + verdict.length <= columns)
      return [`${start}${shown.padEnd(nameWidth)}  ${style.dim(verdict)}`];
    return [...besideText(start, shown, columns), ...besideText('      ', verdict, columns, style.dim)];
  }
  if (skipped) {
    return [
      ...besideText(`    ${style.warn('○')} `, shown, columns),
      ...besideText('      skipped ', safeLine(found ?? '', 600), columns, style.dim),
    ];
  }
  return [
    ...besideText(`    ${style.bad('✖')} `, shown, columns),
    ...besideText('      wanted  ', `fail ${code}, then as before`, columns),
    ...besideText('      found   ', safeLine(found ?? '', 600), columns),
  ];
}

/** `49 of 51 checks proven able to fail, 1 refuted, 1 skipped`. */
export function summaryOf(proofs: readonly Proof[], chosen: number): string {
  const count = (status: Proof['status']) => proofs.filter((proof) => proof.status === status).length;
  const others = (['refuted', 'unproven', 'skipped'] as const).map((status) => [count(status), status]);
  const undecided = [chosen - proofs.length, 'not decided'];
  const counts = [...others, undecided].filter(([number]) => Number(number) > 0);
  const proven = `${count('proven')} of ${chosen} ${chosen === 1 ? 'check' : 'checks'} proven able to fail`;
  return [proven, ...counts.map((each) => each.join(' '))].join(', ');
}

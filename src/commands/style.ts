import { Chalk } from 'chalk';
import { wrapText } from '../base/wrap-text.ts';
import type { Output } from './invocation.ts';

/** The few looks that commands have; plain text where colours are not wanted. */
export interface Style {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
  link(text: string): string;
}

export function styleFor({ color }: Pick<Output, 'color'>): Style {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  return {
    good: chalk.green,
    bad: chalk.red,
    warn: chalk.yellow,
    dim: chalk.dim,
    bold: chalk.bold,
    link: chalk.cyan,
  };
}

/** A line for a person, folded to the window, with its line end. */
export function lineFor(
  { columns }: Pick<Output, 'columns'>,
  text: string,
  paint: (part: string) => string = String,
): string {
  return wrapText(text, columns, 2)
    .map((part) => `${paint(part)}\n`)
    .join('');
}

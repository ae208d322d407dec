import { Chalk } from 'chalk';
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

/** How wide text may be: a pipe takes lines of any length. */
export function widthOf({ isTerminal, columns }: Pick<Output, 'isTerminal' | 'columns'>): number {
  return isTerminal ? columns : Number.POSITIVE_INFINITY;
}

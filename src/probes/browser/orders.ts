import type { BrowserVisit } from '../../check/probes.ts';

/** Data that the thread of the browser gets when it starts. */
export interface BrowserThreadData {
  executablePath: string;
  /** For the profile and all temporary files of the browser. */
  folder: string;
  /** Whether pages may send nothing that could write. */
  readOnly: boolean;
}

/** A page to look at, as the thread of the browser knows it. */
export interface PageOrder {
  url: string;
  untilText?: string;
  untilConsole?: string;
  untilRequest?: string;
  /** File for the picture. */
  screenshotPath?: string;
  /** When the visit must have been handed over, on the clock of `epochMs`: browser and thread may take their time to start. */
  endsAtMs: number;
  /** What must not be left at the cut of a long text: the thread knows no other. */
  secrets: string[];
}

/** The same in all threads, and never set back in one. */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}

/** `leave`: no one waits for this visit any more. `end`: the browser, its processes and its files go, at once. */
export type BrowserOrder = { visit: number; page: PageOrder } | { leave: number } | 'end';

/** `pid`: the browser's process, which is the first of its group. */
export type BrowserAnswer =
  | { pid: number }
  | { visit: number; seen: BrowserVisit }
  | { visit: number; failed: { code: string; message: string; details: Record<string, string> } };

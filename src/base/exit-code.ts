/**
 * Process exit codes. The numbers above 63 follow sysexits.h, 124 follows timeout(1), 128+n a signal.
 * When several apply, the more serious wins: signal > internal > deadline > report > check failed.
 */
export const ExitCode = {
  ok: 0,
  checkFailed: 1,
  usage: 2,
  unavailable: 69,
  internal: 70,
  cannotWrite: 73,
  locked: 75,
  config: 78,
  deadline: 124,
  hangup: 129,
  interrupted: 130,
  brokenPipe: 141,
  terminated: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const bySeverity: readonly number[] = [
  ExitCode.interrupted,
  ExitCode.terminated,
  ExitCode.hangup,
  ExitCode.brokenPipe,
  ExitCode.internal,
  ExitCode.deadline,
  ExitCode.cannotWrite,
];

/** Returns the most severe of several exit codes: signal > internal > deadline > report > the first of the others. */
export function mostSevereExitCode(codes: readonly number[]): number {
  return bySeverity.find((code) => codes.includes(code)) ?? codes.find((code) => code !== 0) ?? ExitCode.ok;
}

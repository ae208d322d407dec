/** A message of a service's process to the supervisor, over the channel that only the two have. */
export interface ListeningReport {
  listening: number;
}

/** Reports to the supervisor that this process holds its port. Does nothing in a process that has no supervisor. */
export function reportListening(port: number): void {
  const report: ListeningReport = { listening: port };
  // The supervisor may have been killed; the service stays.
  process.send?.(report, undefined, undefined, () => {});
}

export function isListeningReport(message: unknown, port: number): boolean {
  return (message as Partial<ListeningReport> | null)?.listening === port;
}

/** The environment variable in which a service's process gets the password that it has to ask for. */
export const passwordVariable = 'MEATYMUSIC_SERVICE_PASSWORD';

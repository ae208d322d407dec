/** Returns the first word of a command that is not a variable assignment: it names the program, and holds no secret. */
export function programName(command: string): string {
  const words = command.trim().split(/\s+/);
  return words.find((word) => !/^[A-Za-z_]\w*=/.test(word) && word !== 'exec') ?? 'sh';
}

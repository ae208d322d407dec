import { inertCommands, withoutSteering } from '../base/safe-text.ts';

/** JSON that is also harmless on a terminal and in a CI job: what steers them is escaped, which changes nothing for a parser. */
export function inertJson(json: string): string {
  return withoutSteering(inertCommands(json)).replace(
    /[\u0000-\u0008\u000b-\u001f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

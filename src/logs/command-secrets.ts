import { isMask } from '../base/secret-places.ts';
import { isClearSecret, isPlaceholder } from './clear-secrets.ts';
import type { FoundSecret } from './secret-rules.ts';

/** Passwords in the usual place of a command or a statement; the last group is the password. */
const commands: readonly RegExp[] = [
  /\bcurl\b[^|;]*\s(?:-u|--user)[ =]?["']?[^\s:"']+:([^\s"']+)/i,
  /\bsshpass\s+-p\s*["']?([^\s"']+)/i,
  /\bredis-cli\b[^|;]*\s(?:-a|--pass)\s+["']?([^\s"']+)/i,
  /\bmysql(?:dump|admin)?\b[^|;]*\s-p([^\s"']{4,})/i,
  /\bdocker\s+login\b[^|;]*\s(?:-p|--password)[ =]?["']?([^\s"']+)/i,
  /\bauth\s+plain\s+([A-Za-z0-9+/]{8,}={0,2})/i,
  /\bpassword\(\\?'([^'\\]+)\\?'\)/i,
  /\b(?:password|identified\s+by(?:\s+password)?)\s+\\?'([^'\\]+)\\?'/i,
];

export function commandSecret(text: string): FoundSecret | undefined {
  const isSecret = commands.some((command) => {
    const password = command.exec(text)?.[1];
    return password !== undefined && isClearSecret(password);
  });
  return isSecret ? { rule: 'secret-assignment' } : undefined;
}

const credentials =
  /(?:\b(bearer|basic)[ =:]+|\bauthorization\s*[:=]\s*(?:([a-z][\w-]{1,20})\s+)?)["']?([\w.~+/=-]{8,})/gi;

/** Returns the credentials behind the name of their scheme. */
export function authorization(text: string): FoundSecret | undefined {
  if (/\bdigest\s[^\n]*response=\\*"?[0-9a-f]{32}/i.test(text)) return { rule: 'bearer-token' };
  for (const { 1: known, 2: other, 3: value = '', index } of text.matchAll(credentials)) {
    const scheme = known ?? other;
    // A field is reported as one.
    if (/authorization\\*["']\s*:\s*\[?\s*\\*["']$/i.test(text.slice(0, index))) continue;
    if (isMask(value) || isPlaceholder(value) || /^\w+=\w/.test(value)) continue;
    if (scheme?.toLowerCase() === 'basic' ? isUserAndPassword(value) : isToken(value, scheme))
      return { rule: 'bearer-token' };
  }
  return undefined;
}

/** Whether a value is a token: it has a digit, is long, or has parts, as no word has. */
function isToken(value: string, scheme: string | undefined): boolean {
  if (/\d/.test(value)) return true;
  return scheme !== undefined && (value.length >= 24 || /^\w{8,}\.\w+$/.test(value));
}

function isUserAndPassword(value: string): boolean {
  return /^[\x20-\x7e]*:[\x20-\x7e]+$/.test(Buffer.from(value, 'base64').toString('latin1'));
}

import { isMask, secretsOfUrl } from '../base/secret-places.ts';
import { isPlaceholder } from './clear-secrets.ts';
import type { FoundSecret } from './secret-rules.ts';

/** Finds a URL with a password, or an e-mail address, around an at sign. */
export function atSign(text: string, at: number): FoundSecret | undefined {
  const start = text.lastIndexOf('://', at);
  if (start !== -1 && !/[\s"'<>]/.test(text.slice(start, at))) {
    const url = /[a-z][a-z0-9+.-]*$/i.exec(text.slice(0, start))?.[0];
    const [password] = url ? secretsOfUrl(`${url}${text.slice(start, at)}@h`) : [];
    if (password && !isMask(password) && !isPlaceholder(password) && !isFormat(text.slice(start, at)))
      return { rule: 'url-password' };
    if (url) return undefined;
  }
  return email(text, at);
}

/** `user:password`, as in a description of such a URL. */
function isFormat(userInfo: string): boolean {
  return /^:\/\/<?(?:user|username|usr|login|name)?>?:<?(?:password|passwd|pass|pwd|pw|secret|key)>?$/i.test(
    userInfo,
  );
}

const mailbox = /(?<![\w.+%-])([\w.+%-]+)$/;
const mailHost = /^@([a-z0-9-]+(?:\.[a-z0-9-]+)*\.([a-z]{2,24}))(?![\w:@-]|\.\w|\/)/i;
/** Endings that no domain has: of files, of units of an operating system, of names within a network. */
const noDomain = new Set(
  (
    'png jpg jpeg gif webp avif svg ico css js mjs cjs ts tsx jsx json map html htm md txt log yml yaml toml xml pdf zip gz tgz tar ' +
    'service socket timer target mount slice scope path device swap local localhost localdomain internal intranet lan home corp ' +
    'cluster svc default headless pod consul invalid rc beta alpha dev0 final release snapshot jar class java py rb go rs php sh sql so dll exe'
  ).split(' '),
);
const noMailbox = /^(?:git|hg|svn|user|users?name|name|root|x+|\*+|redacted)$/i;

function email(text: string, at: number): FoundSecret | undefined {
  const user = mailbox.exec(text.slice(0, at))?.[1];
  const [, host = '', ending = ''] = (user && mailHost.exec(text.slice(at))) || [];
  if (!user || !host || noMailbox.test(user) || noDomain.has(ending.toLowerCase()) || /^\d/.test(host))
    return undefined;
  return { rule: 'email' };
}

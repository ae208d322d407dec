import { authorization, commandSecret } from './command-secrets.ts';
import { namedSecret } from './named-secrets.ts';
import { hasProviderKey, providerNeedles } from './provider-keys.ts';
import type { FoundSecret, SecretRule } from './secret-rules.ts';
import { spokenSecret } from './spoken-secrets.ts';

/** Bytes that every secret of a kind contains, letters in either case. `find` is called only where they are found. */
interface Anchor {
  needles: readonly string[];
  /** `at`: where the needle begins in the text around it. */
  find(text: string, at: number): FoundSecret | undefined;
}

export const anchors: readonly Anchor[] = [
  {
    needles: words(
      'passw passp _phrase pass= pass" pass: pass\\ pwd= pwd" pwd: pwd\\ secre token creden apike api_k api-k key" key\' key= key: psk= psk" key\\ uthor cooki ' +
        'auth= auth" auth: jwt= jwt" otp= otp" cvv= cvv" cvc" sig= nature= recovery_c recoveryc backup_c backupc verification_c verificationc',
    ),
    find: namedSecret,
  },
  { needles: ['key "', "key '", 'key ='], find: namedSecret },
  { needles: words('passw passp secre token apike unseal'), find: spokenSecret },
  {
    needles: ['api key', 'api_k', 'api-k', 'access key', 'encryption key', 'recovery key'],
    find: spokenSecret,
  },
  { needles: ['bearer', 'basic', 'authorization:', 'authorization='], find: authorization },
  {
    needles: ['.eyj'],
    find: byPattern('jwt', /\beyJ[\w-]{5,}\.eyJ[\w-]{5,}\.[\w-]*|\bsk\.eyJ[\w-]{20,}\.[\w-]{16,}/),
  },
  {
    needles: ['private key', 'putty-user-key'],
    find: byPattern('private-key', /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d:/),
  },
  { needles: providerNeedles, find: (text) => (hasProviderKey(text) ? { rule: 'cloud-key' } : undefined) },
  {
    needles: [
      'curl',
      'sshpass',
      'redis-cli',
      'mysql',
      'password ',
      'password(',
      'identified by',
      'docker',
      'auth plain',
    ],
    find: commandSecret,
  },
];

function byPattern(rule: SecretRule, pattern: RegExp): Anchor['find'] {
  return (text) => (pattern.test(text) ? { rule } : undefined);
}

function words(text: string): string[] {
  return text.split(' ');
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import type { Project } from '../config/project.ts';
import type { ProbeAuth } from '../probes/context.ts';
import { assertAlgorithm, parseSigningKey } from '../probes/signing-key.ts';
import { readStackKeys } from '../runners/keys.ts';
import type { Runtime } from '../runners/runtime.ts';

/** Returns what the configuration says; for an API that trusts the keys of this stack, what `up` gave it. */
export function authOf({ config: { auth }, root, redact }: Project, runtime: Runtime): ProbeAuth {
  const trustsKeys = runtime.hasReferenceApi ?? runtime.isReferenceStack;
  const keys = trustsKeys ? readStackKeys(root) : undefined;
  const signingKey = auth.signingKeyFile
    ? configuredKey(path.resolve(root, auth.signingKeyFile), auth)
    : keys && { pem: keys.signingKeyPem, keyId: keys.keyId };
  const issuer = auth.issuer ?? keys?.issuer;
  const audience = auth.audience ?? keys?.audience;
  return {
    ...(auth.token ? { token: auth.token } : {}),
    ...(issuer ? { issuer } : {}),
    ...(audience ? { audience } : {}),
    ...(signingKey ? { signingKey } : {}),
    keepSecret: (signature) => redact.add(signature),
  };
}

function configuredKey(file: string, { keyId, algorithm }: Project['config']['auth']) {
  const pem = readKey(file);
  const key = parseSigningKey(pem, `auth.signingKeyFile (${file})`);
  if (algorithm) assertAlgorithm(key, algorithm);
  return { pem, ...(keyId ? { keyId } : {}), ...(algorithm ? { algorithm } : {}) };
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Fault({
      code: 'no-signing-key',
      message: `auth.signingKeyFile cannot be read: ${file}`,
      exitCode: ExitCode.config,
      cause,
    });
  }
}

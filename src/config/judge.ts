import type { SchemaProblem } from './explain-issue.ts';
import { quickConfig } from './quick.ts';
import type { Config } from './schema.ts';

/** The configuration that the settings make, or what is wrong with them. Loads the schema only where it is needed. */
export async function judgeSettings(
  settings: unknown,
): Promise<{ config: Config } | { config?: never; problems: SchemaProblem[] }> {
  const config = quickConfig(settings);
  if (config) return { config };
  const [{ configSchema }, { explainIssue }] = await Promise.all([
    import('./schema.ts'),
    import('./explain-issue.ts'),
  ]);
  const parsed = configSchema.safeParse(settings);
  if (parsed.success) return { config: parsed.data };
  return { problems: parsed.error.issues.flatMap((issue) => explainIssue(issue)) };
}

/** Where a value came from; later kinds win over earlier ones. */
export interface Origin {
  kind: 'default' | 'file' | 'waivers-file' | 'named-environment' | 'env-file' | 'environment' | 'flag';
  /** For a person: `meatymusic.config.json:12`, `.env:3 REDIS_URL`, `REDIS_URL`, `--timeout`. */
  text: string;
}

/** Origins by the path of the value: `services.api.url`. A path that is absent has its default. */
export type Origins = ReadonlyMap<string, Origin>;

/** A setting that a flag of a command gives. */
export interface FlagSetting {
  /** `verify.timeout` */
  path: string;
  value: unknown;
  /** `--timeout` */
  flag: string;
}

export const defaultOrigin: Origin = { kind: 'default', text: 'default' };

/** The origin of the value, or of the nearest object around it that was given as a whole. */
export function originOf(origins: Origins, path: string): Origin {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const origin = origins.get(at);
    if (origin) return origin;
  }
  return defaultOrigin;
}

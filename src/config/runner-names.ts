/** Names of the runners, in the order in which `auto` tries them. A registered runner adds its own. */
export const runnerNames = ['compose', 'embedded', 'external'] as const satisfies BuiltInRunner[];

/** The name of a runner of meatymusic. */
export type BuiltInRunner = 'compose' | 'embedded' | 'external';

/** The values of `runtime` in the configuration. */
export const runtimeChoices = ['auto', ...runnerNames] as const;

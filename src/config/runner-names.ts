/** Names of the runners, in the order in which `auto` tries them. A registered runner adds its own. */
export const runnerNames = ['compose', 'embedded', 'external'] as const;

export type BuiltInRunner = (typeof runnerNames)[number];

/** The values of `runtime` in the configuration. */
export const runtimeChoices = ['auto', ...runnerNames] as const;

/** Understood, and not possible here. The entry stays in the report as skipped, with the reason. */
export class Unsupported extends Error {}

declare const __VERSION__: string | undefined;

/** The version of this package; `0.0.0-source` where it runs from its source. */
export const toolVersion: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source';

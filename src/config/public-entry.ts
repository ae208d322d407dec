/**
 * What `import … from 'meatymusic'` gives to a configuration file, a check or a plugin: handed to the loader as a
 * virtual module, so that a folder without node_modules works too, and one library of schemas serves everybody.
 */
export * from '../check/index.ts';
export { defineConfig } from './define-config.ts';

import { RE2JS } from 're2js';

/** Compiles a pattern in Go's syntax (RE2), which matches in linear time. Throws an `Error` that names what is not valid. */
export function goRegExp(source: string): RE2JS {
  return RE2JS.compile(source);
}

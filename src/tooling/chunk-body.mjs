import { init, parse } from 'es-module-lexer';

await init;

/**
 * A chunk of esbuild's as the body of a function of `require` that returns what the chunk exports. Its imports become
 * constants, so nothing is looked up in another module when it is used, and no chunk carries helpers of its own. Chunks
 * import each other in one direction only, and what one exports is final once its body has run.
 */
export function chunkBody(code) {
  const { body, exported } = withoutExports(code);
  let needed = '';
  let own = '';
  let from = 0;
  for (const { type, specifier, start, importStart, importEnd } of parse(body)[0]) {
    own += body.slice(from, importStart);
    from = importEnd;
    const required = `require(${JSON.stringify(specifier)})`;
    if (type === 'dynamic') own += `Promise.resolve().then(()=>${required})`;
    else if (type === 'static') needed += constants(body.slice(importStart, start), required, specifier);
    else throw new Error(`a chunk holds an import of another kind: ${body.slice(importStart, importEnd)}`);
  }
  return `${needed}${own}${body.slice(from)}return{${exported}};`;
}

/** The one export of a chunk, its last statement, as the properties of an object. */
function withoutExports(code) {
  const found = /export\s*\{([^{}]*)\};?\s*$/.exec(code);
  if (!found) return { body: code, exported: '' };
  return { body: code.slice(0, found.index), exported: pairs(found[1], (local, name) => `${name}:${local}`) };
}

/** `import a, { b as c } from "` with what is required in its place. */
function constants(statement, required, specifier) {
  const [, first, star, names] =
    /^import\s*([\w$]+)?\s*,?\s*(?:\*\s*as\s+([\w$]+))?(?:\{([^{}]*)\})?\s*(?:from)?\s*["']$/.exec(statement);
  // A module of Node is its own default export.
  const whole = specifier.startsWith('.') ? `${required}.default` : required;
  const parts = [
    first && `${first}=${whole}`,
    star && `${star}=${required}`,
    names && `{${pairs(names, (name, local) => `${name}:${local}`)}}=${required}`,
  ].filter(Boolean);
  return parts.length > 0 ? `const ${parts.join(',')};` : `${required};`;
}

/** Of `a as b, c`: each name, and the one it gets. */
function pairs(clause, write) {
  return clause
    .split(',')
    .map((each) => each.trim().split(/\s+as\s+/))
    .filter(([name]) => name)
    .map(([name, other = name]) => write(name, other))
    .join(',');
}

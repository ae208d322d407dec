/**
 * Import this before `pg`. Without `navigator`, which Node has from version 21 on, `pg` finds out where it runs by making
 * a `Response`, and that loads all of `fetch`: a third of the time that `migrate status` takes.
 */
if (!('navigator' in globalThis)) {
  Object.defineProperty(globalThis, 'navigator', {
    value: { userAgent: `Node.js/${process.versions.node.split('.')[0]}` },
    configurable: true,
    writable: true,
  });
}

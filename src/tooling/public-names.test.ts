/** Every name that the package exports has a doc comment, every function an example, and every optional member its default. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'rolldown/utils';
import { expect, it } from 'vitest';

const source = fileURLToPath(new URL('../', import.meta.url));

interface Declared {
  name: string;
  file: string;
  comment: string;
  isFunction: boolean;
  /** Its optional members without a doc comment. */
  undescribed: string[];
}

/** Returns the names that a module exports, with the comments at their declarations; of packages nothing. */
function exportsOf(file: string): Declared[] {
  const text = readFileSync(file, 'utf8');
  const { program, comments } = parseSync(file, text);
  const commentBefore = (start: number) => {
    const last = comments.findLast(({ end }) => end <= start && text.slice(end, start).trim() === '');
    return last && last.type === 'Block' && last.value.startsWith('*') ? last.value : '';
  };
  const declared = (name: string, start: number, isFunction: boolean, type?: unknown): Declared => ({
    name,
    file: path.relative(source, file),
    comment: commentBefore(start),
    isFunction,
    undescribed: optionalMembers(type)
      .filter((member) => commentBefore(member.start) === '')
      .map((member) => text.slice(member.start, member.end).replace(/[?(:].*/s, '')),
  });
  return program.body.flatMap((node): Declared[] => {
    if (node.type !== 'ExportNamedDeclaration' && node.type !== 'ExportAllDeclaration') return [];
    const from = node.source?.value;
    if (from !== undefined && from !== null) {
      if (!from.startsWith('.')) return [declared('*', node.start, false)];
      const inner = exportsOf(path.resolve(path.dirname(file), from));
      if (node.type === 'ExportAllDeclaration')
        return node.exported ? [declared('*', node.start, false)] : inner;
      const names = node.specifiers.map(({ local }) => ('name' in local ? local.name : local.value));
      return names.map(
        (name) => inner.find((each) => each.name === name) ?? declared(name, node.start, false),
      );
    }
    if (node.type !== 'ExportNamedDeclaration' || !node.declaration) return [];
    const { declaration } = node;
    if (declaration.type === 'VariableDeclaration') {
      return declaration.declarations.flatMap(({ id, init }) =>
        id.type === 'Identifier'
          ? [declared(id.name, node.start, init?.type === 'ArrowFunctionExpression')]
          : [],
      );
    }
    const name =
      'id' in declaration && declaration.id && 'name' in declaration.id ? declaration.id.name : '?';
    const isType = /^TS(Interface|TypeAlias)Declaration$/.test(declaration.type);
    return [
      declared(
        name,
        node.start,
        declaration.type === 'FunctionDeclaration',
        isType ? declaration : undefined,
      ),
    ];
  });
}

interface Member {
  type?: string;
  optional?: boolean;
  start: number;
  end: number;
}

/** Returns the optional members of a type, also those of types within it. */
function optionalMembers(type: unknown): Member[] {
  if (typeof type !== 'object' || type === null) return [];
  const node = type as Member;
  const isOptional = /^TS(Property|Method)Signature$/.test(node.type ?? '') && node.optional;
  return [...(isOptional ? [node] : []), ...Object.values(type).flatMap(optionalMembers)];
}

const names = ['index.ts', 'check/tester.ts'].flatMap((entry) => exportsOf(path.join(source, entry)));
const place = ({ file, name }: Declared) => `${file}: ${name}`;

it('has a doc comment for every exported name', () => {
  expect(names.length).toBeGreaterThan(60);
  expect(names.filter(({ comment }) => comment === '').map(place)).toEqual([]);
});

it('has an example for every exported function', () => {
  const functions = names.filter(({ isFunction }) => isFunction);
  expect(functions.length).toBeGreaterThan(10);
  expect(functions.filter(({ comment }) => !comment.includes('@example')).map(place)).toEqual([]);
});

it('has the meaning or the default of every optional member', () => {
  const members = names.flatMap((each) => each.undescribed.map((member) => `${place(each)}.${member}`));
  expect(members).toEqual([]);
});

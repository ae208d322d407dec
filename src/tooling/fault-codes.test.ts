import { parseSync, Visitor } from 'rolldown/utils';
import { expect, it } from 'vitest';
import { ExitCode } from '../base/exit-code.ts';
import { type FaultCode, faultCodes } from '../base/fault-codes.ts';
import { shippedSources } from '../testing/import-graph.ts';

const sources = Object.entries(shippedSources()).filter(([file]) => file !== 'src/base/fault-codes.ts');

interface Thrown {
  file: string;
  code: string;
  exitCode: number;
}

/** Returns the errors whose code and exit code are written where they are created. */
function thrownIn(file: string, source: string): Thrown[] {
  const found: Thrown[] = [];
  const { program } = parseSync(file, source);
  new Visitor({
    NewExpression({ callee, arguments: [details] }) {
      if (callee.type !== 'Identifier' || callee.name !== 'Fault' || details?.type !== 'ObjectExpression')
        return;
      const values = details.properties.flatMap((property) =>
        property.type === 'Property' && property.key.type === 'Identifier'
          ? [[property.key.name, property.value] as const]
          : [],
      );
      const { code, exitCode } = Object.fromEntries(values);
      if (code?.type !== 'Literal' || typeof code.value !== 'string') return;
      if (exitCode === undefined) found.push({ file, code: code.value, exitCode: ExitCode.internal });
      if (exitCode?.type === 'MemberExpression' && exitCode.property.type === 'Identifier')
        found.push({
          file,
          code: code.value,
          exitCode: ExitCode[exitCode.property.name as keyof typeof ExitCode],
        });
    },
  }).visit(program);
  return found;
}

it('lists the exit codes with which errors are created', () => {
  const thrown = sources
    .filter(([, text]) => text.includes('new Fault('))
    .flatMap(([file, text]) => thrownIn(file, text));
  expect(thrown.length).toBeGreaterThan(80);
  const isListed = ({ code, exitCode }: Thrown) =>
    (faultCodes[code as FaultCode][0] as readonly number[]).includes(exitCode);
  expect(thrown.filter((each) => !isListed(each))).toEqual([]);
});

it('lists no code that nothing creates', () => {
  const text = sources.map(([, source]) => source).join('\n');
  const built = ['docker-missing', 'podman-missing'];
  const unused = Object.keys(faultCodes).filter(
    (code) => !built.includes(code) && !text.includes(`'${code}'`),
  );
  expect(unused).toEqual([]);
});
